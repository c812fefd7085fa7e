<?php

declare(strict_types=1);

namespace QClock;

/** `/health`, for probes: 200 when the application and its database work, 503 with the reason when not. */
final class Health
{
    public static function answer(): void
    {
        $php = Runtime::check();
        $database = Database::check();
        $reasons = array_values(array_filter([$php->reason, $database->reason]));
        $isUp = $reasons === [];
        Response::json($isUp ? 200 : 503, [
            'status' => $isUp ? 'ok' : 'unavailable',
            ...($isUp ? [] : ['reason' => implode('; ', $reasons)]),
            'php' => ['status' => $php->state, ...self::lower($php->facts)],
            'database' => ['status' => $database->state, ...self::lower($database->facts)],
            'time' => gmdate('Y-m-d\TH:i:s\Z'),
        ]);
    }

    /**
     * @param array<string, string> $facts
     * @return array<string, string>
     */
    private static function lower(array $facts): array
    {
        return array_change_key_case($facts, CASE_LOWER);
    }
}
