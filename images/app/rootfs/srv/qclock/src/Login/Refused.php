<?php

declare(strict_types=1);

namespace QClock\Login;

use RuntimeException;

/** A login that cannot be finished. The reason is for the log; the reader gets a sober page. */
final class Refused extends RuntimeException
{
    public function __construct(
        string $reason,
        /** Whether it may work a moment later, as it is. */
        public readonly bool $isPassing = false,
    ) {
        parent::__construct($reason);
    }
}
