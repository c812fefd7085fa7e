<?php

declare(strict_types=1);

namespace StudentList;

/** Asks the API for the list of students, on behalf of whoever looks at the page. */
final class Api
{
    private const PATH = '/supmit/api/v1.0/get_student_ages';
    private const PASSWORD_FILE = '/run/secrets/api_password';
    private const TIMEOUT_SECONDS = 2;
    private const DEADLINE_SECONDS = 5;
    private const MOST_BYTES = 1024 * 1024;

    /**
     * @return array<string, string> ages by name
     * @throws ApiFailure
     */
    public static function students(): array
    {
        [$status, $body] = self::ask();
        $document = json_decode($body, true, 16);
        match (true) {
            $status === 200 => null,
            $status === 401, $status === 403 => throw new ApiFailure('The API refuses the name or the password of this website.'),
            $status === 503 => throw new ApiFailure(self::unavailable($document)),
            default => throw new ApiFailure("The API answered with status $status instead of a list."),
        };
        $ages = is_array($document) ? ($document['student_ages'] ?? null) : null;
        if (!is_array($ages)) {
            throw new ApiFailure('The API answered, but not with a list of students.');
        }
        $students = [];
        foreach ($ages as $name => $age) {
            if (!is_string($age) && !is_int($age)) {
                throw new ApiFailure('The API answered with an age that is neither text nor a whole number.');
            }
            $students[(string) $name] = (string) $age;
        }

        return $students;
    }

    private static function unavailable(mixed $document): string
    {
        $message = is_array($document) ? ($document['message'] ?? null) : null;
        return is_string($message) && $message !== ''
            ? 'The API has no list to give: ' . substr($message, 0, 300)
            : 'The API has no list to give at the moment.';
    }

    /** @return array{int, string} status and body */
    private static function ask(): array
    {
        $password = @file_get_contents(self::PASSWORD_FILE);
        if ($password === false || rtrim($password, "\r\n") === '') {
            throw new ApiFailure('This website has no password for the API.');
        }
        $credentials = base64_encode(getenv('API_USER') . ':' . rtrim($password, "\r\n"));
        $context = stream_context_create(['http' => [
            'header' => ["Authorization: Basic $credentials", 'Accept: application/json', 'Connection: close'],
            'protocol_version' => 1.1,
            'timeout' => self::TIMEOUT_SECONDS,
            'ignore_errors' => true,
            'follow_location' => 0,
        ]]);
        $stream = @fopen(getenv('API_URL') . self::PATH, 'r', false, $context);
        if ($stream === false) {
            // PHP's own text names hosts and addresses: it is for the log alone.
            error_log('api: ' . (error_get_last()['message'] ?? 'no answer'));
            throw new ApiFailure('The API does not answer.');
        }
        try {
            return [self::status($stream), self::body($stream)];
        } finally {
            fclose($stream);
        }
    }

    /** @param resource $stream */
    private static function status($stream): int
    {
        $line = stream_get_meta_data($stream)['wrapper_data'][0] ?? '';
        if (preg_match('#^HTTP/\S+ (\d{3})#', (string) $line, $found) !== 1) {
            throw new ApiFailure('What answers in the place of the API does not speak HTTP.');
        }
        return (int) $found[1];
    }

    /**
     * The body, of a bounded size and within a bounded time.
     *
     * @param resource $stream
     */
    private static function body($stream): string
    {
        $end = hrtime(true) + self::DEADLINE_SECONDS * 1_000_000_000;
        $body = '';
        while (!feof($stream)) {
            $part = fread($stream, 65536);
            if ($part === false || stream_get_meta_data($stream)['timed_out'] || hrtime(true) > $end) {
                throw new ApiFailure('The API takes too long to answer.');
            }
            $body .= $part;
            if (strlen($body) > self::MOST_BYTES) {
                throw new ApiFailure('The answer of the API is too long.');
            }
        }
        return $body;
    }
}
