import { secureHeaders } from 'hono/secure-headers';

const nothing = ["'none'"];
const ours = ["'self'"];

/** For everything that names no policy of its own: our pages run our script and style, and nobody frames them. */
export const strictHeaders = secureHeaders({
  overwrite: false,
  contentSecurityPolicy: {
    defaultSrc: nothing,
    scriptSrc: ours,
    styleSrc: ours,
    imgSrc: ours,
    connectSrc: ours,
    formAction: nothing,
    baseUri: nothing,
    frameAncestors: nothing,
  },
  xFrameOptions: 'DENY',
  // Whoever ends TLS in front of us decides whether the host is to be reached by https only.
  strictTransportSecurity: false,
});

/** GraphiQL's editor writes its styles while it runs, carries its fonts inside its style sheet, and has workers. */
export const GRAPHIQL_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "worker-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  'font-src data:',
  "img-src 'self' data:",
  "connect-src 'self'",
  "form-action 'none'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');
