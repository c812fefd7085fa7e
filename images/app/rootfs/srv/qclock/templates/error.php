<?php

/**
 * @var string $title
 * @var array{string, string} $link where to go on, and what that is called; absent: to the dashboard
 * @var callable(mixed): string $escape
 */
[$href, $label] = $link ?? ['/', 'To the dashboard'];
?>
<!doctype html>
<html lang="en" class="bg-night-950">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title><?= $escape($title) ?> · QClock</title>
  <link rel="icon" href="/assets/icon.svg" type="image/svg+xml">
  <link rel="stylesheet" href="/assets/app.css">
</head>
<body class="grid min-h-dvh place-items-center bg-night-950 px-6 text-slate-200 antialiased">
  <main class="text-center">
    <p class="text-sm font-medium tracking-[0.2em] text-slate-400 uppercase">QClock</p>
    <h1 class="mt-2 text-3xl font-semibold text-slate-50"><?= $escape($title) ?></h1>
    <p class="mt-6"><a href="<?= $escape($href) ?>" class="text-sky-300 underline underline-offset-4"><?= $escape($label) ?></a></p>
  </main>
</body>
</html>
