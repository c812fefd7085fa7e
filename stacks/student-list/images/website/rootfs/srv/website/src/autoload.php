<?php

declare(strict_types=1);

spl_autoload_register(static function (string $class): void {
    $file = __DIR__ . '/' . str_replace('\\', '/', substr($class, strlen('StudentList\\'))) . '.php';
    if (str_starts_with($class, 'StudentList\\') && is_file($file)) {
        require $file;
    }
});

// Whatever goes wrong is told to the log; the reader gets a sober page without details.
set_exception_handler(static function (Throwable $error): void {
    error_log(sprintf('%s: %s in %s:%d', $error::class, $error->getMessage(), $error->getFile(), $error->getLine()));
    StudentList\Response::page(500, 'error', ['title' => 'Something went wrong']);
});
