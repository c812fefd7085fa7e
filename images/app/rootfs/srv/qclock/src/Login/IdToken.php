<?php

declare(strict_types=1);

namespace QClock\Login;

/** An ID token and its proof (OpenID Connect Core 1.0, section 3.1.3.7; RFC 7515). */
final class IdToken
{
    /** What the clocks of two machines may differ by. */
    private const LEEWAY_SECONDS = 30;

    /**
     * The claims of a token that the keys prove, that is for this client, of this login, and that has not expired.
     * Throws Refused with what is wrong.
     *
     * @param list<array<string, mixed>> $keys
     * @return array<string, mixed>
     */
    public static function claims(string $token, array $keys, Settings $settings, string $nonce): array
    {
        $parts = explode('.', $token);
        if (count($parts) !== 3) {
            throw new Refused('the ID token is no signed token');
        }
        $header = self::part($parts[0]);
        // The one that this client was registered with: a token must not choose how it is proved.
        if (($header['alg'] ?? null) !== 'RS256' || isset($header['crit'])) {
            throw new Refused('the ID token is signed in another way than RS256');
        }
        $signature = Encoding::decode($parts[2]) ?? throw new Refused('the ID token has no signature');
        $key = self::publicKey($keys, $header['kid'] ?? null);
        if (openssl_verify("$parts[0].$parts[1]", $signature, $key, OPENSSL_ALGO_SHA256) !== 1) {
            throw new Refused('the signature of the ID token does not hold');
        }
        $claims = self::part($parts[1]);
        self::check($claims, $settings, $nonce);
        return $claims;
    }

    /** @param array<string, mixed> $claims */
    private static function check(array $claims, Settings $settings, string $nonce): void
    {
        $now = time();
        $audience = (array) ($claims['aud'] ?? []);
        $party = $claims['azp'] ?? (count($audience) > 1 ? null : $settings->clientId);
        $wrong = match (true) {
            ($claims['iss'] ?? null) !== $settings->issuer => 'is of another issuer',
            !in_array($settings->clientId, $audience, true) => 'is for another client',
            $party !== $settings->clientId => 'was made for another client',
            !is_int($claims['exp'] ?? null) || $claims['exp'] + self::LEEWAY_SECONDS <= $now => 'has expired',
            !is_int($claims['iat'] ?? null) || $claims['iat'] - self::LEEWAY_SECONDS > $now => 'is of the future',
            !is_string($claims['nonce'] ?? null) || !hash_equals($nonce, $claims['nonce']) => 'is of another login',
            !is_string($claims['sub'] ?? null) || $claims['sub'] === '' => 'names nobody',
            default => null,
        };
        if ($wrong !== null) {
            throw new Refused("the ID token $wrong");
        }
    }

    /** @return array<string, mixed> */
    private static function part(string $text): array
    {
        $value = json_decode(Encoding::decode($text) ?? '', true, 16);
        return is_array($value) ? $value : throw new Refused('the ID token cannot be read');
    }

    /** @param list<array<string, mixed>> $keys */
    private static function publicKey(array $keys, mixed $id): \OpenSSLAsymmetricKey
    {
        foreach ($keys as $key) {
            $isMeant = ($key['kty'] ?? null) === 'RSA' && ($key['use'] ?? 'sig') === 'sig'
                && ($key['alg'] ?? 'RS256') === 'RS256' && ($key['kid'] ?? null) === $id;
            $numbers = [Encoding::decode((string) ($key['n'] ?? '')), Encoding::decode((string) ($key['e'] ?? ''))];
            if (!$isMeant || !is_string($id) || in_array($numbers[0], [null, ''], true) || in_array($numbers[1], [null, ''], true)) {
                continue;
            }
            $pem = "-----BEGIN PUBLIC KEY-----\n" . chunk_split(base64_encode(self::der(...$numbers)), 64, "\n")
                . "-----END PUBLIC KEY-----\n";
            $public = openssl_pkey_get_public($pem);
            // Smaller ones are broken by now (RFC 7518, section 3.3).
            if ($public !== false && (openssl_pkey_get_details($public)['bits'] ?? 0) >= 2048) {
                return $public;
            }
        }
        throw new Refused('the identity service has no key of the ID token');
    }

    /** SubjectPublicKeyInfo of an RSA key (RFC 3279, section 2.3.1), which OpenSSL reads. */
    private static function der(string $modulus, string $exponent): string
    {
        $numbers = self::element(0x02, self::unsigned($modulus)) . self::element(0x02, self::unsigned($exponent));
        // rsaEncryption, 1.2.840.113549.1.1.1, without parameters.
        $algorithm = hex2bin('300d06092a864886f70d0101010500');
        return self::element(0x30, $algorithm . self::element(0x03, "\0" . self::element(0x30, $numbers)));
    }

    private static function unsigned(string $bytes): string
    {
        return ord($bytes[0]) > 0x7f ? "\0$bytes" : $bytes;
    }

    private static function element(int $tag, string $content): string
    {
        $length = strlen($content);
        $size = $length < 0x80 ? chr($length) : (static function () use ($length): string {
            $bytes = ltrim(pack('N', $length), "\0");
            return chr(0x80 | strlen($bytes)) . $bytes;
        })();
        return chr($tag) . $size . $content;
    }
}
