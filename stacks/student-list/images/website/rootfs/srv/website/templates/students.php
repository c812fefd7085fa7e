<?php

/**
 * @var array<string, string> $students ages by name
 * @var ?string $failure why there is no list
 * @var callable(mixed): string $escape
 */
?>
<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>List students</title>
  <link rel="icon" href="/assets/icon.svg" type="image/svg+xml">
  <link rel="stylesheet" href="/assets/site.css">
</head>
<body>
<header><h1>List students</h1></header>
<main>
<?php if ($failure !== null) { ?>
  <section role="alert" class="failure">
    <h2>There is no list at the moment</h2>
    <p><?= $escape($failure) ?></p>
    <p><a href="/">Try again</a></p>
  </section>
<?php } elseif ($students === []) { ?>
  <p>No students yet: the API's list is empty.</p>
<?php } else { ?>
  <table>
    <caption><?= count($students) ?> <?= count($students) === 1 ? 'student' : 'students' ?></caption>
    <thead><tr><th scope="col">Name</th><th scope="col">Age</th></tr></thead>
    <tbody>
<?php foreach ($students as $name => $age) { ?>
      <tr><th scope="row"><?= $escape($name) ?></th><td><?= $escape($age) ?></td></tr>
<?php } ?>
    </tbody>
  </table>
  <p><a href="/">Ask again</a></p>
<?php } ?>
</main>
</body>
</html>
