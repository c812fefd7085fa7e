<?php

/**
 * @var list<QClock\Component> $components
 * @var list<QClock\Component> $down
 * @var array<string, bool> $extensions
 * @var string $host
 * @var string $stack
 * @var string $digest
 * @var DateTimeImmutable $now
 * @var DateTimeZone $zone
 * @var callable(mixed): string $escape
 */

$mark = static fn (string $state): string => match ($state) {
    'up' => 'bg-emerald-400/10 text-emerald-300 ring-emerald-400/40',
    'down' => 'bg-rose-400/15 text-rose-200 ring-rose-400/60',
    default => 'bg-slate-400/10 text-slate-300 ring-slate-400/40',
};
$sign = static fn (string $state): string => match ($state) {
    'up' => '✓',
    'down' => '✕',
    default => '–',
};
?>
<!doctype html>
<html lang="en" class="bg-night-950">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta http-equiv="refresh" content="15">
  <meta name="color-scheme" content="dark">
  <title><?= $down === [] ? 'All systems work' : 'Attention' ?> · <?= $escape($stack) ?></title>
  <link rel="icon" href="/assets/icon.svg" type="image/svg+xml">
  <link rel="stylesheet" href="/assets/app.css">
  <script src="/assets/clock.js" defer></script>
</head>
<body class="min-h-dvh bg-night-950 text-slate-200 antialiased">
<div class="mx-auto flex min-h-dvh max-w-screen-2xl flex-col gap-5 px-4 py-5 sm:gap-7 sm:px-8 sm:py-8 2xl:px-12">

  <header class="flex flex-wrap items-end justify-between gap-x-8 gap-y-3">
    <div>
      <p class="text-sm font-medium tracking-[0.2em] text-slate-400 uppercase">QClock</p>
      <h1 class="text-2xl font-semibold text-slate-50 sm:text-3xl"><?= $escape($stack) ?></h1>
    </div>
    <div class="text-right tabular-nums">
      <time id="clock" datetime="<?= $now->format('Y-m-d\TH:i:s\Z') ?>" class="block text-4xl leading-none font-semibold text-slate-50 sm:text-6xl 2xl:text-7xl"><?= $now->format('H:i:s') ?></time>
      <p class="mt-2 text-sm text-slate-400 sm:text-base">
        <?= $now->format('l j F Y') ?> · UTC<?php if ($zone->getName() !== 'UTC') { ?> · <?= $escape($zone->getName()) ?> <?= $now->setTimezone($zone)->format('H:i') ?><?php } ?>
      </p>
    </div>
  </header>

  <?php if ($down === []) { ?>
  <section role="status" class="rounded-xl bg-emerald-400/10 px-5 py-4 ring-1 ring-emerald-400/30 sm:px-7 sm:py-6">
    <p class="flex items-center gap-4 text-xl font-semibold text-emerald-200 sm:text-3xl"><span aria-hidden="true">✓</span> All systems work</p>
  </section>
  <?php } else { ?>
  <section role="alert" class="rounded-xl bg-rose-500/15 px-5 py-4 ring-2 ring-rose-400/60 sm:px-7 sm:py-6">
    <p class="flex items-center gap-4 text-xl font-semibold text-rose-100 sm:text-3xl"><span aria-hidden="true">✕</span> <?= count($down) === 1 ? $escape($down[0]->name) . ' is down' : count($down) . ' components are down' ?></p>
    <?php foreach ($down as $component) { ?>
    <p class="mt-2 text-base text-rose-200 sm:text-lg"><?= $escape(ucfirst((string) $component->reason)) ?>.</p>
    <?php } ?>
  </section>
  <?php } ?>

  <main class="grid flex-1 content-start gap-4 sm:gap-6 md:grid-cols-2 xl:grid-cols-3">
    <?php foreach ($components as $component) { ?>
    <article class="rounded-xl bg-night-900 p-5 ring-1 ring-slate-700/60 sm:p-7">
      <div class="flex items-center justify-between gap-4">
        <h2 class="text-lg font-semibold text-slate-50 sm:text-2xl"><?= $escape($component->name) ?></h2>
        <span class="rounded-full px-3 py-1 text-sm font-semibold ring-1 sm:text-base <?= $mark($component->state) ?>"><span aria-hidden="true"><?= $sign($component->state) ?></span> <?= $escape($component->state) ?></span>
      </div>
      <?php if ($component->facts === []) { ?>
      <p class="mt-5 text-base text-slate-400 sm:text-lg"><?= $escape($component->reason === null ? 'No address is set for it.' : ucfirst($component->reason) . '.') ?></p>
      <?php } else { ?>
      <dl class="mt-5 grid grid-cols-2 gap-4">
        <?php foreach ($component->facts as $label => $value) { ?>
        <div>
          <dt class="text-sm text-slate-400"><?= $escape($label) ?></dt>
          <dd class="mt-1 text-xl font-medium break-words text-slate-100 tabular-nums sm:text-2xl"><?= $escape($value) ?></dd>
        </div>
        <?php } ?>
      </dl>
      <?php } ?>
    </article>
    <?php } ?>

    <article class="rounded-xl bg-night-900 p-5 ring-1 ring-slate-700/60 sm:p-7 md:col-span-2 xl:col-span-3">
      <h2 class="text-lg font-semibold text-slate-50 sm:text-2xl">Extensions</h2>
      <ul class="mt-4 flex flex-wrap gap-2 sm:gap-3">
        <?php foreach ($extensions as $name => $present) { ?>
        <li class="rounded-lg px-3 py-1.5 text-sm font-medium ring-1 sm:text-base <?= $mark($present ? 'up' : 'down') ?>"><span aria-hidden="true"><?= $sign($present ? 'up' : 'down') ?></span> <?= $escape($name) ?><span class="sr-only"> <?= $present ? 'present' : 'missing' ?></span></li>
        <?php } ?>
      </ul>
    </article>
  </main>

  <footer class="flex flex-col gap-1 border-t border-slate-700/60 pt-4 text-sm text-slate-400 sm:flex-row sm:flex-wrap sm:gap-x-8">
    <p>Host <span class="font-mono text-slate-200"><?= $escape($host) ?></span></p>
    <p>Image <span class="font-mono break-all text-slate-200"><?= $escape($digest) ?></span></p>
  </footer>
</div>
</body>
</html>
