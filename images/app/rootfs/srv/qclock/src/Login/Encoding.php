<?php

declare(strict_types=1);

namespace QClock\Login;

/** Base64url without padding (RFC 7515, appendix C), and random texts in it. */
final class Encoding
{
    public static function encode(string $bytes): string
    {
        return rtrim(strtr(base64_encode($bytes), '+/', '-_'), '=');
    }

    /** The bytes, or null for what no encoder writes. */
    public static function decode(string $text): ?string
    {
        if (preg_match('/^[A-Za-z0-9_-]*$/D', $text) !== 1) {
            return null;
        }
        $bytes = base64_decode(strtr($text, '-_', '+/'), true);
        return $bytes === false || self::encode($bytes) !== $text ? null : $bytes;
    }

    /** 256 random bits. */
    public static function random(): string
    {
        return self::encode(random_bytes(32));
    }
}
