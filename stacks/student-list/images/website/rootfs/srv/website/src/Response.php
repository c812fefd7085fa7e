<?php

declare(strict_types=1);

namespace StudentList;

/** Sends answers. */
final class Response
{
    /**
     * @param array<string, mixed> $values
     * @param array<string, string> $headers
     */
    public static function page(int $status, string $template, array $values, array $headers = []): void
    {
        http_response_code($status);
        header('Content-Type: text/html; charset=utf-8');
        foreach ($headers as $name => $value) {
            header("$name: $value");
        }
        $escape = static fn (mixed $text): string => htmlspecialchars((string) $text, ENT_QUOTES | ENT_SUBSTITUTE, 'UTF-8');
        extract($values, EXTR_SKIP);
        require __DIR__ . "/../templates/$template.php";
    }

    /** @param array<string, mixed> $document */
    public static function json(int $status, array $document): void
    {
        http_response_code($status);
        header('Content-Type: application/json');
        echo json_encode($document, JSON_UNESCAPED_SLASHES | JSON_INVALID_UTF8_SUBSTITUTE | JSON_THROW_ON_ERROR), "\n";
    }
}
