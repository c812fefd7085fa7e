<?php

declare(strict_types=1);

namespace QClock;

/** PHP itself and its extensions. */
final class Runtime
{
    /** Without these the application cannot do its work. */
    private const CRITICAL = ['mysqli', 'pdo_mysql', 'Zend OPcache', 'openssl', 'json', 'ctype', 'tokenizer'];

    public static function check(): Component
    {
        $missing = array_keys(array_filter(self::extensions(), static fn (bool $present): bool => !$present));
        $facts = ['Version' => PHP_VERSION, 'Interface' => PHP_SAPI];

        return $missing === []
            ? new Component('PHP', Component::UP, $facts)
            : new Component('PHP', Component::DOWN, $facts, 'extensions missing: ' . implode(', ', $missing));
    }

    /** @return array<string, bool> whether each critical extension is loaded */
    public static function extensions(): array
    {
        $loaded = [];
        foreach (self::CRITICAL as $name) {
            $loaded[$name] = extension_loaded($name);
        }
        return $loaded;
    }
}
