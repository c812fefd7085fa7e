<?php

declare(strict_types=1);

namespace QClock;

/** One thing that is watched: its state in a word, and facts about it. */
final class Component
{
    public const UP = 'up';
    public const DOWN = 'down';
    public const UNKNOWN = 'not configured';

    /** @param array<string, string> $facts */
    public function __construct(
        public readonly string $name,
        public readonly string $state,
        public readonly array $facts,
        public readonly ?string $reason = null,
    ) {
    }
}
