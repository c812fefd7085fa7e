<?php

/**
 * @var string $title
 * @var callable(mixed): string $escape
 */
?>
<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title><?= $escape($title) ?> · List students</title>
  <link rel="icon" href="/assets/icon.svg" type="image/svg+xml">
  <link rel="stylesheet" href="/assets/site.css">
</head>
<body>
<header><h1><?= $escape($title) ?></h1></header>
<main><p><a href="/">To the list of students</a></p></main>
</body>
</html>
