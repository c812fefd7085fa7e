<?php

declare(strict_types=1);

namespace QClock\Login;

/**
 * A login that was begun: what the answer is compared with. It lies in the browser, sealed with a key of this
 * container, so that a browser that never comes back leaves nothing here.
 */
final class Attempt
{
    private const COOKIE = 'login';
    private const SECONDS = 600;
    private const CIPHER = 'aes-256-gcm';
    private const KEY_FILE = '/run/qclock/login/key';

    private function __construct(
        public readonly string $state,
        public readonly string $nonce,
        /** Of PKCE: who has it began this login (RFC 7636). */
        public readonly string $verifier,
        private readonly int $until,
    ) {
    }

    public static function begin(Settings $settings): self
    {
        $until = time() + self::SECONDS;
        $attempt = new self(Encoding::random(), Encoding::random(), Encoding::random(), $until);
        $text = implode('.', [$attempt->state, $attempt->nonce, $attempt->verifier, $until]);
        Cookie::set($settings, self::COOKIE, self::seal($text), self::SECONDS);
        return $attempt;
    }

    /** The attempt of this browser, which ends with this. Throws Refused when there is none. */
    public static function take(Settings $settings): self
    {
        $sealed = Cookie::get($settings, self::COOKIE);
        if ($sealed === null) {
            throw new Refused('the browser has begun no login, or keeps no cookies');
        }
        Cookie::remove($settings, self::COOKIE);
        $text = self::open($sealed);
        if ($text === null) {
            throw new Refused('the cookie of the login was changed, or is of another container');
        }
        [$state, $nonce, $verifier, $until] = explode('.', $text);
        if ((int) $until < time()) {
            throw new Refused('the login took too long');
        }
        return new self($state, $nonce, $verifier, (int) $until);
    }

    public function challenge(): string
    {
        return Encoding::encode(hash('sha256', $this->verifier, true));
    }

    private static function seal(string $text): string
    {
        $iv = random_bytes(12);
        $sealed = openssl_encrypt($text, self::CIPHER, self::key(), OPENSSL_RAW_DATA, $iv, $tag);
        return Encoding::encode($iv . $tag . $sealed);
    }

    private static function open(string $sealed): ?string
    {
        $bytes = Encoding::decode($sealed);
        if ($bytes === null || strlen($bytes) <= 28) {
            return null;
        }
        $parts = [substr($bytes, 0, 12), substr($bytes, 12, 16), substr($bytes, 28)];
        $text = openssl_decrypt($parts[2], self::CIPHER, self::key(), OPENSSL_RAW_DATA, $parts[0], $parts[1]);
        return $text === false ? null : $text;
    }

    /** The entrypoint makes it anew with each start of the container. */
    private static function key(): string
    {
        $key = (string) file_get_contents(self::KEY_FILE);
        return strlen($key) === 32 ? $key : throw new \RuntimeException(self::KEY_FILE . ' is no key');
    }
}
