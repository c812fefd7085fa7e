<?php

declare(strict_types=1);

namespace QClock;

use QClock\Login\Attempt;
use QClock\Login\IdToken;
use QClock\Login\Provider;
use QClock\Login\Refused;
use QClock\Login\Session;
use QClock\Login\Settings;

/** Signing in and out by OpenID Connect: authorization code with PKCE, where the configuration asks for it. */
final class Login
{
    /** Runs what is for those who may look at the dashboard; sends others to sign in. */
    public static function guard(callable $show): void
    {
        $settings = Settings::read();
        $session = $settings === null ? null : Session::current($settings);
        if ($settings === null || $session !== null) {
            $show($session);
            return;
        }
        // A script of the page cannot follow to another site: it is told, and loads the page anew.
        if (in_array($_SERVER['HTTP_SEC_FETCH_DEST'] ?? 'document', ['document', ''], true)) {
            // By the public address, so that the cookies are of the host that the browser comes back to.
            self::redirect($settings->publicUrl . '/login');
            return;
        }
        Response::page(401, 'error', ['title' => 'You are not signed in', 'link' => ['/login', 'Sign in']]);
    }

    public static function begin(): void
    {
        self::attempt(static function (Settings $settings): void {
            $provider = Provider::discover($settings);
            $attempt = Attempt::begin($settings);
            self::redirect($provider->authorizationUrl([
                'response_type' => 'code',
                'client_id' => $settings->clientId,
                'redirect_uri' => $settings->callbackUrl(),
                'scope' => 'openid profile',
                'state' => $attempt->state,
                'nonce' => $attempt->nonce,
                'code_challenge' => $attempt->challenge(),
                'code_challenge_method' => 'S256',
            ]));
        });
    }

    public static function finish(): void
    {
        self::attempt(static function (Settings $settings): void {
            $attempt = Attempt::take($settings);
            $given = array_map(static fn (mixed $value): string => is_string($value) ? $value : '', $_GET);
            if (!hash_equals($attempt->state, $given['state'] ?? '')) {
                throw new Refused('the answer is of another login');
            }
            // Where the service says who it is, it must be the one that was asked (RFC 9207).
            if (($given['iss'] ?? $settings->issuer) !== $settings->issuer) {
                throw new Refused('the answer is of another issuer');
            }
            if (($given['code'] ?? '') === '') {
                throw new Refused('the identity service refused: ' . preg_replace('/[^a-z_]/', '?', substr($given['error'] ?? '', 0, 64)));
            }
            $provider = Provider::discover($settings);
            $token = $provider->idToken($settings, $given['code'], $attempt);
            $claims = IdToken::claims($token, $provider->keys(), $settings, $attempt->nonce);
            Session::create($settings, self::nameIn($claims), $token);
            error_log('login: signed in: ' . preg_replace('/[^!-~]/', '?', substr($claims['sub'], 0, 128)));
            self::redirect($settings->publicUrl . '/');
        });
    }

    public static function end(): void
    {
        self::attempt(static function (Settings $settings): void {
            $session = Session::current($settings);
            if ($session === null) {
                self::redirect($settings->signedOutUrl());
                return;
            }
            $token = $_GET['token'] ?? null;
            if (!is_string($token) || !hash_equals($session->logoutToken, $token)) {
                throw new Refused('the logout was not asked for by the page');
            }
            $session->end($settings);
            self::redirect(Provider::discover($settings)->endSessionUrl([
                'id_token_hint' => $session->idToken,
                'client_id' => $settings->clientId,
                'post_logout_redirect_uri' => $settings->signedOutUrl(),
            ]));
        });
    }

    public static function ended(): void
    {
        Response::page(200, 'error', ['title' => 'You are signed out', 'link' => ['/login', 'Sign in again']]);
    }

    /** @param callable(Settings): void $action */
    private static function attempt(callable $action): void
    {
        $settings = Settings::read();
        if ($settings === null) {
            Response::page(404, 'error', ['title' => 'Page not found']);
            return;
        }
        if ($_SERVER['REQUEST_METHOD'] !== 'GET') {
            Response::page(405, 'error', ['title' => 'Method not allowed'], ['Allow' => 'GET']);
            return;
        }
        try {
            $action($settings);
        } catch (Refused $refused) {
            error_log('login: ' . $refused->getMessage());
            $title = $refused->isPassing ? 'Signing in is not possible at the moment' : 'That did not work';
            $status = $refused->isPassing ? 503 : 400;
            Response::page($status, 'error', ['title' => $title, 'link' => ['/login', 'Sign in again']]);
        }
    }

    /** @param array<string, mixed> $claims */
    private static function nameIn(array $claims): string
    {
        foreach (['name', 'preferred_username', 'sub'] as $claim) {
            $name = $claims[$claim] ?? null;
            if (is_string($name) && trim($name) !== '') {
                return preg_match('/^.{1,80}/us', trim($name), $start) === 1 ? $start[0] : '';
            }
        }
        return '';
    }

    private static function redirect(string $url): void
    {
        http_response_code(303);
        header("Location: $url");
    }
}
