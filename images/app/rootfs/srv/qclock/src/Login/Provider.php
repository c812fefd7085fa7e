<?php

declare(strict_types=1);

namespace QClock\Login;

/** The identity service, as OpenID Connect Discovery 1.0 describes it. */
final class Provider
{
    private const TIMEOUT_SECONDS = 4;
    private const LARGEST_ANSWER = 262144;

    /** @param array<string, mixed> $document */
    private function __construct(private readonly array $document)
    {
    }

    /** Throws Refused when it does not answer, or is another one than the settings say. */
    public static function discover(Settings $settings): self
    {
        $document = self::ask($settings->internalIssuer . '/.well-known/openid-configuration');
        if (($document['issuer'] ?? null) !== $settings->issuer) {
            throw new Refused('the identity service calls itself ' . self::shown($document['issuer'] ?? null)
                . ", not $settings->issuer");
        }
        return new self($document);
    }

    /** @param array<string, string> $query */
    public function authorizationUrl(array $query): string
    {
        return $this->address('authorization_endpoint') . '?' . http_build_query($query);
    }

    /** @param array<string, string> $query */
    public function endSessionUrl(array $query): string
    {
        return $this->address('end_session_endpoint') . '?' . http_build_query($query);
    }

    /** Exchange the code for the ID token, as it is. */
    public function idToken(Settings $settings, string $code, Attempt $attempt): string
    {
        $answer = self::ask($this->address('token_endpoint'), http_build_query([
            'grant_type' => 'authorization_code',
            'code' => $code,
            'redirect_uri' => $settings->callbackUrl(),
            'client_id' => $settings->clientId,
            'code_verifier' => $attempt->verifier,
        ]));
        return is_string($answer['id_token'] ?? null)
            ? $answer['id_token']
            : throw new Refused('the identity service gave no ID token: ' . self::shown($answer['error'] ?? null));
    }

    /** @return list<array<string, mixed>> the keys that it signs with */
    public function keys(): array
    {
        $keys = self::ask($this->address('jwks_uri'))['keys'] ?? null;
        return is_array($keys) ? array_values(array_filter($keys, is_array(...))) : [];
    }

    private function address(string $name): string
    {
        $url = $this->document[$name] ?? null;
        return is_string($url) && preg_match('#^https?://#', $url) === 1
            ? $url
            : throw new Refused("the identity service names no $name");
    }

    /** @return array<string, mixed> */
    private static function ask(string $url, ?string $form = null): array
    {
        $context = stream_context_create(['http' => [
            'timeout' => self::TIMEOUT_SECONDS,
            'ignore_errors' => true,
            'follow_location' => 0,
            ...($form === null ? [] : [
                'method' => 'POST',
                'header' => 'Content-Type: application/x-www-form-urlencoded',
                'content' => $form,
            ]),
        ]]);
        $body = @file_get_contents($url, false, $context, 0, self::LARGEST_ANSWER);
        $answer = $body === false ? null : json_decode($body, true, 16);
        return is_array($answer) ? $answer : throw new Refused("no usable answer from $url", isPassing: true);
    }

    /** A word of somebody else, fit for a line of the log. */
    private static function shown(mixed $word): string
    {
        return is_string($word) ? preg_replace('/[^ -~]/', '?', substr($word, 0, 200)) ?? '' : 'nothing';
    }
}
