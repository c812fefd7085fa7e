<?php

declare(strict_types=1);

namespace StudentList;

use RuntimeException;

/** Why there is no list: the message is a sentence for the reader of the page. */
final class ApiFailure extends RuntimeException
{
}
