import { betterAuth } from 'better-auth';
import { prismaAdapter } from 'better-auth/adapters/prisma';
import { nextCookies } from 'better-auth/next-js';
import { config } from '@/lib/config';
import { prisma } from '@/lib/db';
import { AppError } from '@/lib/errors';

/** The address that a new session notes; set by sign-in, never taken from a client. */
export const ADDRESS_HEADER = 'x-driftless-address';

function make() {
  const c = config();
  if (c.AUTH_SECRET === undefined)
    throw new AppError('invalid_input', 'environment variable AUTH_SECRET: set at least 16 random characters');
  return betterAuth({
    database: prismaAdapter(prisma(), { provider: 'postgresql' }),
    secret: c.AUTH_SECRET,
    baseURL: c.APP_URL,
    emailAndPassword: { enabled: true, disableSignUp: true, minPasswordLength: 8 },
    user: {
      additionalFields: {
        role: { type: 'string', input: false, defaultValue: 'viewer' },
        disabledAt: { type: 'date', input: false, required: false },
        passwordDue: { type: 'boolean', input: false, required: false, defaultValue: false },
      },
    },
    session: { expiresIn: 60 * 60 * 24 * 14, updateAge: 60 * 60 * 24 },
    rateLimit: { enabled: false }, // sign-in has limits of its own, nothing else of it is reachable
    advanced: { ipAddress: { ipAddressHeaders: [ADDRESS_HEADER] } },
    telemetry: { enabled: false },
    logger: { level: 'error' }, // wrong passwords are logged by us, with the address
    plugins: [nextCookies()],
  });
}

const holder = globalThis as typeof globalThis & { driftlessAuth?: ReturnType<typeof make> };

/** Sign-in by better-auth: e-mail and password, sessions in the database; accounts are made by administrators. */
export function auth() {
  holder.driftlessAuth ??= make();
  return holder.driftlessAuth;
}
