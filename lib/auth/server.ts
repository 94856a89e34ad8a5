import { betterAuth } from 'better-auth';
import { prismaAdapter } from 'better-auth/adapters/prisma';
import { nextCookies } from 'better-auth/next-js';
import { config } from '@/lib/config';
import { prisma } from '@/lib/db';
import { AppError } from '@/lib/errors';

function make() {
  const c = config();
  if (c.AUTH_SECRET === undefined)
    throw new AppError('invalid_input', 'environment variable AUTH_SECRET: set at least 16 random characters');
  return betterAuth({
    database: prismaAdapter(prisma(), { provider: 'postgresql' }),
    secret: c.AUTH_SECRET,
    baseURL: c.APP_URL,
    trustedOrigins: (request) => {
      const origin = request?.headers.get('origin');
      const host = request?.headers.get('host');
      return origin && host && new URL(origin).host === host ? [origin] : [];
    },
    emailAndPassword: { enabled: true, disableSignUp: true, minPasswordLength: 8 },
    user: { additionalFields: { role: { type: 'string', input: false, defaultValue: 'viewer' } } },
    session: { expiresIn: 60 * 60 * 24 * 14, updateAge: 60 * 60 * 24 },
    rateLimit: { enabled: true, window: 60, max: 300, customRules: { '/sign-in/email': { window: 60, max: 20 } } },
    telemetry: { enabled: false },
    plugins: [nextCookies()],
  });
}

const holder = globalThis as typeof globalThis & { driftlessAuth?: ReturnType<typeof make> };

/** Sign-in by better-auth: e-mail and password, sessions in the database; accounts are made by administrators. */
export function auth() {
  holder.driftlessAuth ??= make();
  return holder.driftlessAuth;
}
