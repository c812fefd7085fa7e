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
 * @var QClock\Login\Session|null $session
 * @var callable(mixed): string $escape
 */

// A state is always a sign, a word and a colour.
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
$edge = static fn (string $state): string => $state === 'down' ? 'ring-2 ring-rose-400/60' : 'ring-1 ring-slate-700/70';

$card = 'rounded-xl bg-night-900 p-5 group-data-silent:opacity-50 sm:p-7 2xl:p-9';
$heading = 'text-lg font-semibold text-slate-50 sm:text-2xl 2xl:text-4xl';
$term = 'text-sm text-slate-400 2xl:text-xl';
?>
<!doctype html>
<html lang="en" class="bg-night-950">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="color-scheme" content="dark">
  <noscript><meta http-equiv="refresh" content="15"></noscript>
  <title><?= $down === [] ? '✓ All systems work' : '✕ Attention' ?> · <?= $escape($stack) ?></title>
  <link rel="icon" href="/assets/icon.svg" type="image/svg+xml">
  <link rel="stylesheet" href="/assets/app.css">
  <script src="/assets/dashboard.js" defer></script>
</head>
<body class="group min-h-dvh bg-night-950 text-slate-200 antialiased">
<div class="mx-auto flex min-h-dvh max-w-[120rem] flex-col gap-5 px-4 py-5 sm:gap-7 sm:px-8 sm:py-8 2xl:gap-8 2xl:px-16 2xl:py-12">

  <header class="flex flex-wrap items-end justify-between gap-x-8 gap-y-4">
    <div>
      <p class="flex items-center gap-2.5 text-sm font-medium tracking-[0.2em] text-slate-400 uppercase 2xl:text-xl"><img src="/assets/icon.svg" alt="" width="28" height="28" class="size-6 2xl:size-9">QClock</p>
      <h1 class="mt-2 text-2xl font-semibold break-words text-slate-50 sm:text-3xl 2xl:text-5xl">Stack <?= $escape($stack) ?></h1>
    </div>
    <div class="tabular-nums sm:text-right">
      <time id="clock" datetime="<?= $now->format('Y-m-d\TH:i:s\Z') ?>" class="block text-5xl leading-none font-semibold text-slate-50 sm:text-6xl 2xl:text-8xl"><?= $now->format('H:i:s') ?></time>
      <p id="date" data-live class="mt-2 text-sm text-slate-300 sm:text-base 2xl:mt-4 2xl:text-2xl"><?= $now->format('l j F Y') ?> · UTC<?php if ($zone->getName() !== 'UTC') { ?> · <?= $escape($zone->getName()) ?> <?= $now->setTimezone($zone)->format('H:i') ?><?php } ?></p>
      <?php if ($session !== null) { ?>
      <p class="mt-2 text-sm break-words text-slate-300 sm:text-base 2xl:mt-4 2xl:text-2xl">Signed in as <span id="account" class="text-slate-100"><?= $escape($session->name) ?></span> · <a href="/logout?token=<?= $escape($session->logoutToken) ?>" class="text-sky-300 underline underline-offset-4">Sign out</a></p>
      <?php } ?>
    </div>
  </header>

  <section id="silence" role="alert" hidden class="rounded-xl bg-amber-400/10 px-5 py-4 ring-2 ring-amber-300/60 sm:px-7 sm:py-6 2xl:px-9 2xl:py-8">
    <p class="flex items-center gap-4 text-xl font-semibold text-amber-100 sm:text-3xl 2xl:text-5xl"><span aria-hidden="true">?</span> No answer from the server</p>
    <p class="mt-2 text-base text-amber-100 sm:text-lg 2xl:mt-4 2xl:text-3xl">What is below was true at <span id="answered"></span> UTC.</p>
  </section>

  <?php if ($down === []) { ?>
  <section id="state" data-live role="status" class="rounded-xl bg-emerald-400/10 px-5 py-4 ring-1 ring-emerald-400/40 group-data-silent:hidden sm:px-7 sm:py-6 2xl:px-9 2xl:py-8">
    <p class="flex items-center gap-4 text-xl font-semibold text-emerald-200 sm:text-3xl 2xl:text-5xl"><span aria-hidden="true">✓</span> All systems work</p>
  </section>
  <?php } else { ?>
  <section id="state" data-live role="alert" class="rounded-xl bg-rose-500/15 px-5 py-4 ring-2 ring-rose-400/60 group-data-silent:hidden sm:px-7 sm:py-6 2xl:px-9 2xl:py-8">
    <p class="flex items-center gap-4 text-xl font-semibold text-rose-100 sm:text-3xl 2xl:text-5xl"><span aria-hidden="true">✕</span> <?= count($down) === 1 ? $escape($down[0]->name) . ' is down' : count($down) . ' components are down' ?></p>
    <?php foreach ($down as $component) { ?>
    <p class="mt-2 text-base text-rose-100 sm:text-lg 2xl:mt-4 2xl:text-3xl"><?= $escape(ucfirst((string) $component->reason)) ?>.</p>
    <?php } ?>
  </section>
  <?php } ?>

  <main class="grid flex-1 gap-4 max-xl:content-start sm:gap-6 md:grid-cols-2 xl:grid-cols-3 2xl:gap-8">
    <?php foreach ($components as $component) { ?>
    <article id="component-<?= $escape(strtolower($component->name)) ?>" data-live class="<?= $card ?> <?= $edge($component->state) ?>">
      <div class="flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
        <h2 class="<?= $heading ?>"><?= $escape($component->name) ?></h2>
        <span class="rounded-full px-3 py-1 text-sm font-semibold whitespace-nowrap ring-1 sm:text-base 2xl:px-5 2xl:py-2 2xl:text-2xl <?= $mark($component->state) ?>"><span aria-hidden="true"><?= $sign($component->state) ?></span> <?= $escape($component->state) ?></span>
      </div>
      <?php if ($component->facts === []) { ?>
      <p class="mt-5 text-base text-slate-300 sm:text-lg 2xl:mt-8 2xl:text-2xl"><?= $escape($component->reason === null ? 'No address is set for it.' : ucfirst($component->reason) . '.') ?></p>
      <?php } else { ?>
      <dl class="mt-5 grid grid-cols-2 gap-4 2xl:mt-8">
        <?php foreach ($component->facts as $label => $value) { ?>
        <div>
          <dt class="<?= $term ?>"><?= $escape($label) ?></dt>
          <dd class="mt-1 text-xl font-medium break-words text-slate-100 tabular-nums sm:text-2xl 2xl:mt-2 2xl:text-4xl"><?= $escape($value) ?></dd>
        </div>
        <?php } ?>
      </dl>
      <?php } ?>
    </article>
    <?php } ?>

    <article id="extensions" data-live class="<?= $card ?> <?= $edge(in_array(false, $extensions, true) ? 'down' : 'up') ?> md:max-xl:order-last md:max-xl:col-span-2">
      <h2 class="<?= $heading ?>">Extensions</h2>
      <ul class="mt-5 flex flex-wrap gap-2 sm:gap-3 2xl:mt-8">
        <?php foreach ($extensions as $name => $present) { ?>
        <li class="rounded-lg px-3 py-1.5 text-sm font-medium ring-1 sm:text-base 2xl:px-4 2xl:py-2 2xl:text-2xl <?= $mark($present ? 'up' : 'down') ?>"><span aria-hidden="true"><?= $sign($present ? 'up' : 'down') ?></span> <?= $escape($name) ?><span class="sr-only"> <?= $present ? 'present' : 'missing' ?></span></li>
        <?php } ?>
      </ul>
    </article>

    <article id="instance" data-live class="<?= $card ?> <?= $edge('up') ?> xl:col-span-2">
      <h2 class="<?= $heading ?>">Instance</h2>
      <dl class="mt-5 grid gap-4 2xl:mt-8 2xl:gap-6">
        <div>
          <dt class="<?= $term ?>">Host</dt>
          <dd class="mt-1 font-mono text-base break-all text-slate-100 sm:text-xl 2xl:mt-2 2xl:text-3xl"><?= $escape($host) ?></dd>
        </div>
        <div>
          <dt class="<?= $term ?>">Image digest</dt>
          <dd class="mt-1 font-mono text-sm break-all text-slate-100 sm:text-base 2xl:mt-2 2xl:text-2xl"><?= $escape($digest) ?></dd>
        </div>
      </dl>
    </article>
  </main>
</div>
</body>
</html>
