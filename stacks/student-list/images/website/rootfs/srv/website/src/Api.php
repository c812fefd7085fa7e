<?php

declare(strict_types=1);

namespace StudentList;

/** Asks the API for the list of students, on behalf of whoever looks at the page. */
final class Api
{
    private const PATH = '/supmit/api/v1.0/get_student_ages';
    private const PASSWORD_FILE = '/run/secrets/api_password';
    private const CONNECT_SECONDS = 2;
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
        $host = substr((string) getenv('API_URL'), strlen('http://'));
        $address = str_contains($host, ':') ? $host : "$host:80";
        $socket = @stream_socket_client("tcp://$address", $code, $reason, self::CONNECT_SECONDS);
        if ($socket === false) {
            // The system's own text names hosts and addresses: it is for the log alone.
            error_log("api: $address: $reason");
            throw new ApiFailure('The API does not answer.');
        }
        try {
            // As HTTP/1.0 the body is what comes up to the end. Streams of PHP's own HTTP cannot be read
            // within a bounded time: one byte now and then keeps them waiting.
            @fwrite($socket, implode("\r\n", [
                'GET ' . self::PATH . ' HTTP/1.0',
                "Host: $host",
                'Authorization: Basic ' . base64_encode(getenv('API_USER') . ':' . rtrim($password, "\r\n")),
                'Accept: application/json',
                '',
                '',
            ]));
            [$head, $body] = explode("\r\n\r\n", self::readToEnd($socket), 2) + ['', ''];
        } finally {
            fclose($socket);
        }
        if (preg_match('#^HTTP/1\.[01] (\d{3})#', $head, $found) !== 1) {
            throw new ApiFailure('What answers in the place of the API does not speak HTTP.');
        }
        return [(int) $found[1], $body];
    }

    /**
     * What the other side sends until it ends, of a bounded size and within a bounded time.
     *
     * @param resource $socket
     */
    private static function readToEnd($socket): string
    {
        $end = hrtime(true) + self::DEADLINE_SECONDS * 1_000_000_000;
        $answer = '';
        while (!feof($socket)) {
            $left = intdiv($end - hrtime(true), 1000);
            if ($left > 0) {
                stream_set_timeout($socket, intdiv($left, 1_000_000), $left % 1_000_000);
                $answer .= (string) @fread($socket, 65536);
            }
            if ($left <= 0 || stream_get_meta_data($socket)['timed_out']) {
                throw new ApiFailure('The API takes too long to answer.');
            }
            if (strlen($answer) > self::MOST_BYTES) {
                throw new ApiFailure('The answer of the API is too long.');
            }
        }
        return $answer;
    }
}
