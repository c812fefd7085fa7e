<?php

declare(strict_types=1);

namespace QClock\Login;

/** How a login is made, as the environment says it; the entrypoint has checked the forms. */
final class Settings
{
    private function __construct(
        /** Where browsers reach the dashboard, without a slash at the end. */
        public readonly string $publicUrl,
        /** The issuer as browsers and tokens name it. */
        public readonly string $issuer,
        /** The same issuer as this container reaches it. */
        public readonly string $internalIssuer,
        public readonly string $clientId,
        public readonly int $sessionSeconds,
    ) {
    }

    /** The settings, or null where everybody may look at the dashboard. */
    public static function read(): ?self
    {
        if (getenv('LOGIN') !== 'required') {
            return null;
        }
        return new self(
            rtrim((string) getenv('PUBLIC_URL'), '/'),
            (string) getenv('OIDC_ISSUER'),
            (string) getenv('OIDC_INTERNAL_ISSUER'),
            (string) getenv('OIDC_CLIENT_ID'),
            (int) getenv('LOGIN_SESSION_SECONDS'),
        );
    }

    public function callbackUrl(): string
    {
        return $this->publicUrl . '/login/callback';
    }

    public function signedOutUrl(): string
    {
        return $this->publicUrl . '/signed-out';
    }

    /** Whether browsers come by TLS, so that cookies can be kept to it. */
    public function isSecure(): bool
    {
        return str_starts_with($this->publicUrl, 'https://');
    }
}
