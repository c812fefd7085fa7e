<?php

declare(strict_types=1);

namespace QClock;

/** Asks the identity service's health address, where one is configured. */
final class Identity
{
    public static function check(): Component
    {
        $url = (string) getenv('IDENTITY_URL');
        if ($url === '' || $url === 'none') {
            return new Component('Identity', Component::UNKNOWN, []);
        }
        $started = hrtime(true);
        $context = stream_context_create(['http' => ['timeout' => 2, 'ignore_errors' => true, 'follow_location' => 0]]);
        $answer = @file_get_contents($url, false, $context, 0, 1024);
        $line = $http_response_header[0] ?? '';
        if ($answer === false || preg_match('#^HTTP/\S+ 2\d\d#', $line) !== 1) {
            return new Component('Identity', Component::DOWN, [], 'identity service unreachable');
        }

        return new Component('Identity', Component::UP, [
            'Latency' => sprintf('%.1f ms', (hrtime(true) - $started) / 1e6),
        ]);
    }
}
