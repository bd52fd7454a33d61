import { Hono, type Context as HonoContext } from 'hono';
import { accepts } from 'hono/accepts';
import { compress } from 'hono/compress';
import type { Logger } from 'pino';

import { DEMO_PASSWORD } from '../../prisma/seed.js';
import type { Config } from '../config.js';
import type { Context, System } from '../context.js';
import { unauthenticated } from '../errors.js';
import { accessPage, csvOf, tableOf, type Matrix } from './access-page.js';
import { Assets } from './assets.js';
import { readDemoPeople } from './demo-people.js';
import { maskError } from './errors.js';
import { suitableExamples } from './examples.js';
import { explorer, loadGraphiql, type Graphiql } from './graphiql.js';
import { GRAPHIQL_POLICY } from './headers.js';
import { home, message } from './home-page.js';
import { invitationPage, passwordResetPage } from './link-pages.js';
import { layout } from './page-layout.js';
import { readPerson } from './person.js';
import { contextOf, type Served } from './request-log.js';

type Env = { Bindings: { served: Served } };

interface Dependencies {
  readonly config: Config;
  readonly system: System;
  readonly log: Logger;
  /** The access matrix; it is asked for once. */
  readonly matrix: () => Matrix;
}

interface Pages {
  readonly routes: Hono<Env>;
  /** Answers whatever nobody else does. */
  readonly notFound: (c: HonoContext) => Response | Promise<Response>;
}

/** What people see in a browser: the start page and GraphiQL. */
export function createPages({ config, system, log, matrix }: Dependencies): Pages {
  const routes = new Hono<Env>();
  const assets = new Assets();
  const icon = assets.addFile('icon.svg');
  const style = assets.addFile('style.css');
  const session = assets.addFile('session.js');
  const link = assets.addFile('link.js');
  const starter = assets.addFile('explorer.js');
  let loading: Promise<Graphiql> | undefined;
  const accessStyle = assets.addFile('access.css');
  const accessScript = assets.addFile('access.js');
  let table: Promise<string> | undefined;
  const tableOnce = () => (table ??= tableOf(matrix()));
  let csv: string | undefined;
  const graphiqlOnce = () => (loading ??= loadGraphiql(assets));

  type Body = Parameters<typeof layout>[0]['body'];
  const plain = (title: string, body: Body, script = session) =>
    layout({ title, icon, styles: [style], scripts: [script], kind: 'page', body });

  routes.get('/', async (c) => {
    const context = await contextOf(c.env.served, system);
    const body = home({
      person: await readPerson(context),
      notice: noticeOf(context),
      demo: config.demo ? await readDemoPeople(system.client) : [],
      demoPassword: DEMO_PASSWORD,
      icon,
    });
    c.header('cache-control', 'no-store');
    return c.html(plain('Fieldgate', body));
  });

  routes.get('/invitation', (c) =>
    c.html(plain('Your invitation · Fieldgate', invitationPage(icon), link)),
  );
  routes.get('/password-reset', (c) =>
    c.html(plain('Another password · Fieldgate', passwordResetPage(icon), link)),
  );

  // The rules of a schema are no secret; of one person they are read through the API.
  routes.get('/access', compress(), async (c) => {
    const context = await contextOf(c.env.served, system);
    const body = accessPage({
      person: await readPerson(context),
      notice: noticeOf(context),
      table: await tableOnce(),
      icon,
    });
    const title = 'Who may do what · Fieldgate';
    const styles = [style, accessStyle];
    c.header('cache-control', 'no-store');
    return c.html(layout({ title, icon, styles, scripts: [accessScript], kind: 'page', body }));
  });

  routes.get('/access.csv', compress(), (c) =>
    c.body((csv ??= csvOf(matrix())), 200, {
      'content-type': 'text/csv; charset=utf-8; header=present',
      'content-disposition': 'attachment; filename="access.csv"',
    }),
  );

  routes.get('/graphql', async (c, next) => {
    if (!wantsPage(c)) return next();
    const context = await contextOf(c.env.served, system);
    const graphiql = await graphiqlOnce();
    const body = explorer({
      person: await readPerson(context),
      notice: noticeOf(context),
      tabs: await suitableExamples(context, config.demo),
      graphiql,
      icon,
    });
    c.header('cache-control', 'no-store');
    c.header('vary', 'accept');
    c.header('content-security-policy', GRAPHIQL_POLICY);
    const styles = [graphiql.style, style];
    const scripts = [session, graphiql.script, starter];
    return c.html(
      layout({ title: 'GraphiQL · Fieldgate', icon, styles, scripts, kind: 'explorer', body }),
    );
  });

  routes.get('/assets/:file', async (c) => {
    const file = c.req.param('file');
    // The page may have come from another gateway, or from before a restart.
    if (file.startsWith('graphiql')) await graphiqlOnce();
    const encoding = accepts(c, {
      header: 'Accept-Encoding',
      supports: ['gzip'],
      default: 'identity',
    });
    return (await assets.answer(file, encoding === 'gzip')) ?? c.notFound();
  });

  routes.onError((error, c) => {
    const { requestId } = c.env.served.request.provenance;
    maskError(error, requestId, log);
    const quote = `Nothing was changed. Quote ${requestId} when you report it.`;
    return c.html(plain('Fieldgate', message('Something failed', quote, icon)), 500);
  });

  return {
    routes,
    notFound: (c) =>
      wantsPage(c)
        ? c.html(plain('Not found', message('Not found', 'There is no such page.', icon)), 404)
        : c.text('There is no such page.\n', 404),
  };
}

/** Whether a person's browser asks, and not a program. */
function wantsPage(c: HonoContext): boolean {
  const supports = ['application/json', 'application/graphql-response+json', 'text/html'];
  return accepts(c, { header: 'Accept', supports, default: '' }) === 'text/html';
}

/** Why a credential that came along is no good. */
function noticeOf({ unauthenticated: reason }: Context): string | undefined {
  return reason === undefined || reason === 'NO_CREDENTIAL'
    ? undefined
    : unauthenticated(reason).message;
}
