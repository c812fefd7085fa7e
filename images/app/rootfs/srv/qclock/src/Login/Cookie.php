<?php

declare(strict_types=1);

namespace QClock\Login;

/** Cookies that no script can read and that come along only with requests of the same site. */
final class Cookie
{
    public static function set(Settings $settings, string $name, string $value, int $seconds): void
    {
        setcookie(self::nameFor($settings, $name), $value, [
            'expires' => time() + $seconds,
            'path' => '/',
            'secure' => $settings->isSecure(),
            'httponly' => true,
            // Not Strict: the identity service sends the browser back from another site.
            'samesite' => 'Lax',
        ]);
    }

    public static function remove(Settings $settings, string $name): void
    {
        self::set($settings, $name, '', -86400);
    }

    public static function get(Settings $settings, string $name): ?string
    {
        $value = $_COOKIE[self::nameFor($settings, $name)] ?? null;
        return is_string($value) && $value !== '' && strlen($value) <= 2048 ? $value : null;
    }

    /** With TLS a prefix that keeps hosts beside this one from setting it. */
    private static function nameFor(Settings $settings, string $name): string
    {
        return ($settings->isSecure() ? '__Host-' : '') . "qclock-$name";
    }
}
