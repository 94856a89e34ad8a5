// @ts-check
/** Content that a page may load: itself only. Next's inline start-up scripts and styles need 'unsafe-inline', the numeric kernels 'wasm-unsafe-eval'; eval is for the development server. */
const contentPolicy = (/** @type {boolean} */ development) =>
  [
    "default-src 'self'",
    `script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval'${development ? " 'unsafe-eval'" : ''}`,
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self' data:",
    `connect-src 'self'${development ? ' ws:' : ''}`,
    "worker-src 'self' blob:",
    "object-src 'none'",
    "base-uri 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ');

const securityHeaders = [
  { key: 'Content-Security-Policy', value: contentPolicy(process.env.NODE_ENV === 'development') },
  { key: 'X-Content-Type-Options', value: 'nosniff' },
  { key: 'X-Frame-Options', value: 'DENY' },
  { key: 'Referrer-Policy', value: 'same-origin' },
  { key: 'Permissions-Policy', value: 'camera=(), microphone=(), geolocation=(), payment=(), usb=()' },
  { key: 'Cross-Origin-Opener-Policy', value: 'same-origin' },
];

/**
 * NEXT_DIST_DIR and NEXT_TSCONFIG let the launcher keep builds of different sources beside each other; NEXT_OUTPUT=standalone
 * is for the container image.
 * @type {import('next').NextConfig}
 */
const config = {
  distDir: process.env.NEXT_DIST_DIR || '.next',
  ...(process.env.NEXT_OUTPUT === 'standalone' ? { output: 'standalone' } : {}),
  poweredByHeader: false,
  reactStrictMode: true,
  productionBrowserSourceMaps: false,
  serverExternalPackages: ['pg', 'bullmq', 'ioredis', 'pino', 'nodemailer', '@prisma/client', '@prisma/adapter-pg'],
  typescript: {
    ignoreBuildErrors: Boolean(process.env.NEXT_TSCONFIG), // the launcher's builds; `npm test` checks types on its own
    tsconfigPath: process.env.NEXT_TSCONFIG || 'tsconfig.json',
  },
  headers: async () => [{ source: '/:path*', headers: securityHeaders }],
};

export default config;
