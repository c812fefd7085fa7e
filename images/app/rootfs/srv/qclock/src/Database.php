<?php

declare(strict_types=1);

namespace QClock;

use PDO;
use PDOException;

/** Asks the database for its version over a new connection, and measures how long that takes. */
final class Database
{
    private const TIMEOUT_SECONDS = 2;

    public static function check(): Component
    {
        $started = hrtime(true);
        try {
            $password = self::password();
            if ($password === null) {
                return new Component('Database', Component::DOWN, [], 'database password missing');
            }
            $connection = new PDO(
                sprintf(
                    'mysql:host=%s;port=%d;dbname=%s;charset=utf8mb4',
                    getenv('DB_HOST'),
                    (int) getenv('DB_PORT'),
                    getenv('DB_NAME'),
                ),
                (string) getenv('DB_USER'),
                $password,
                [PDO::ATTR_TIMEOUT => self::TIMEOUT_SECONDS, PDO::ATTR_ERRMODE => PDO::ERRMODE_EXCEPTION],
            );
            $version = $connection->query('SELECT VERSION()')->fetchColumn();
        } catch (PDOException $error) {
            // The driver's own text names hosts and users: it is for the log alone.
            error_log('database: ' . $error->getMessage());
            return new Component('Database', Component::DOWN, [], self::reason((int) $error->getCode()));
        }
        $milliseconds = (hrtime(true) - $started) / 1e6;

        return new Component('Database', Component::UP, [
            'Version' => preg_replace('/[-+:].*$/', '', (string) $version) ?? '',
            'Latency' => sprintf('%.1f ms', $milliseconds),
        ]);
    }

    private static function password(): ?string
    {
        $content = @file_get_contents((string) getenv('DB_PASSWORD_FILE'));
        return $content === false ? null : rtrim($content, "\r\n");
    }

    private static function reason(int $code): string
    {
        return match ($code) {
            1044, 1045 => 'database refuses the credentials',
            1049 => 'database does not exist',
            default => 'database unreachable',
        };
    }
}
