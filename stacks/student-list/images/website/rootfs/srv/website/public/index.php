<?php

declare(strict_types=1);

// The one entry: routes are few, so they are listed.

use StudentList\Api;
use StudentList\ApiFailure;
use StudentList\Response;

require __DIR__ . '/../src/autoload.php';

$method = $_SERVER['REQUEST_METHOD'] ?? 'GET';
$path = parse_url($_SERVER['REQUEST_URI'] ?? '/', PHP_URL_PATH);

if ($method !== 'GET' && $method !== 'HEAD') {
    Response::page(405, 'error', ['title' => 'Method not allowed'], ['Allow' => 'GET, HEAD']);
    return;
}
if ($path !== '/' && $path !== '/health') {
    Response::page(404, 'error', ['title' => 'Page not found']);
    return;
}

$students = [];
$failure = null;
try {
    $students = Api::students();
} catch (ApiFailure $error) {
    $failure = $error->getMessage();
}
$status = $failure === null ? 200 : 503;
if ($path === '/') {
    Response::page($status, 'students', ['students' => $students, 'failure' => $failure]);
} else {
    Response::json($status, $failure === null ? ['status' => 'ok'] : ['status' => 'unavailable', 'reason' => $failure]);
}
