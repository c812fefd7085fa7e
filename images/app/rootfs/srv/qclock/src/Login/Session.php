<?php

declare(strict_types=1);

namespace QClock\Login;

/**
 * Who is signed in. A session is one file in memory, named by the digest of what the browser's cookie holds:
 * who reads the folder cannot pass for anybody. It ends when it expires, at the logout, and with the container.
 */
final class Session
{
    private const COOKIE = 'session';
    private const FOLDER = '/run/qclock/login/sessions';
    /** More than that are not kept at a time: the folder is memory. */
    private const MOST = 2000;

    private function __construct(
        private readonly string $file,
        public readonly string $name,
        /** The token that tells the identity service whose logout it is. */
        public readonly string $idToken,
        /** Comes along with a logout, so that no other site can ask for one. */
        public readonly string $logoutToken,
    ) {
    }

    /** The session of this browser, or null when it has none, or one that has ended. */
    public static function current(Settings $settings): ?self
    {
        $id = Cookie::get($settings, self::COOKIE);
        if ($id === null || preg_match('/^[A-Za-z0-9_-]{43}$/D', $id) !== 1) {
            return null;
        }
        $file = self::fileOf($id);
        $content = @file_get_contents($file);
        $values = $content === false ? null : json_decode($content, true);
        if (!is_array($values)) {
            return null;
        }
        if ($values['until'] <= time()) {
            @unlink($file);
            return null;
        }
        return new self($file, $values['name'], $values['idToken'], $values['logoutToken']);
    }

    /** Always under a new name, so that nobody can plant one before the login. */
    public static function create(Settings $settings, string $name, string $idToken): void
    {
        self::removeExpired();
        $id = Encoding::random();
        $values = [
            'name' => $name,
            'idToken' => $idToken,
            'logoutToken' => Encoding::random(),
            'until' => time() + $settings->sessionSeconds,
        ];
        $fresh = self::FOLDER . '/.' . bin2hex(random_bytes(8));
        file_put_contents($fresh, json_encode($values, JSON_THROW_ON_ERROR));
        rename($fresh, self::fileOf($id));
        Cookie::set($settings, self::COOKIE, $id, $settings->sessionSeconds);
    }

    public function end(Settings $settings): void
    {
        @unlink($this->file);
        Cookie::remove($settings, self::COOKIE);
    }

    private static function removeExpired(): void
    {
        $files = glob(self::FOLDER . '/*.json') ?: [];
        foreach ($files as $file) {
            $values = json_decode((string) @file_get_contents($file), true);
            if (!is_array($values) || $values['until'] <= time()) {
                @unlink($file);
            }
        }
        if (count(glob(self::FOLDER . '/*.json') ?: []) >= self::MOST) {
            throw new Refused('too many people are signed in', isPassing: true);
        }
    }

    private static function fileOf(string $id): string
    {
        return self::FOLDER . '/' . hash('sha256', $id) . '.json';
    }
}
