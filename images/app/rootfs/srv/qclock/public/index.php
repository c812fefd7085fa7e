<?php

declare(strict_types=1);

// The one entry: routes are few, so they are listed.

use QClock\Response;

require __DIR__ . '/../src/autoload.php';

$method = $_SERVER['REQUEST_METHOD'] ?? 'GET';
$path = parse_url($_SERVER['REQUEST_URI'] ?? '/', PHP_URL_PATH);

if ($method !== 'GET' && $method !== 'HEAD') {
    Response::page(405, 'error', ['title' => 'Method not allowed'], ['Allow' => 'GET, HEAD']);
    return;
}

match ($path) {
    '/' => QClock\Login::guard(QClock\Dashboard::show(...)),
    '/health' => QClock\Health::answer(),
    '/login' => QClock\Login::begin(),
    '/login/callback' => QClock\Login::finish(),
    '/logout' => QClock\Login::end(),
    '/signed-out' => QClock\Login::ended(),
    default => Response::page(404, 'error', ['title' => 'Page not found']),
};
