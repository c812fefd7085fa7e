<?php

declare(strict_types=1);

namespace QClock;

use DateTimeImmutable;
use DateTimeZone;
use Exception;
use QClock\Login\Session;

/** The page for people. */
final class Dashboard
{
    /** `$session` is of who looks at it; null where everybody may. */
    public static function show(?Session $session): void
    {
        $components = [Runtime::check(), Database::check(), Identity::check()];
        $down = array_filter($components, static fn (Component $one): bool => $one->state === Component::DOWN);
        Response::page($down === [] ? 200 : 503, 'dashboard', [
            'components' => $components,
            'down' => array_values($down),
            'extensions' => Runtime::extensions(),
            'host' => gethostname() ?: 'unknown',
            'stack' => (string) getenv('QCLOCK_STACK'),
            'digest' => (string) getenv('QCLOCK_IMAGE_DIGEST'),
            'now' => new DateTimeImmutable('now', new DateTimeZone('UTC')),
            'zone' => self::zone(),
            'session' => $session,
        ]);
    }

    private static function zone(): DateTimeZone
    {
        try {
            return new DateTimeZone((string) getenv('TZ') ?: 'UTC');
        } catch (Exception) {
            return new DateTimeZone('UTC');
        }
    }
}
