/** Lives that once broke a promise, made small: as data, so that they stay what they are when seeds draw other lives. */

import { limits } from '@backchat/protocol'
import type { ClientPlan, HandlerPlan, NodePlan, Scenario, ServerPlan } from './scenario.js'

const client: ClientPlan = {
  name: 'client 0',
  latencyMs: [1, 1],
  tokenMs: undefined,
  tokenFails: 0,
  queue: limits.queue,
  lingerMs: 0,
  init: false,
  listenAfterMs: 0,
  handles: true,
}

const server: ServerPlan = {
  sticky: true,
  authenticateMs: 0,
  handlerMs: 60_000,
  sessionTtlMs: 120_000,
  heartbeatMs: 30_000,
  drainMs: 0,
}

const node: NodePlan = { name: 'node 0', named: true, storeMs: 0, hintMs: 0 }

const handler: HandlerPlan = {
  refusals: 0,
  gateMs: 0,
  workMs: 0,
  chunks: 0,
  chunkMs: 0,
  end: 'return',
  obeys: true,
  bytes: 100,
}

export const regressions: Readonly<Record<string, Scenario>> = {
  'a reader began late, and the silence before it began was counted while it read': {
    seed: 454,
    clients: [client],
    asks: [
      {
        id: '0.0',
        client: 0,
        atMs: 528,
        mode: 'stream',
        type: 'text',
        timeoutMs: 1_079,
        readerMs: 200,
        handler: { ...handler, chunks: 30, chunkMs: 10 },
      },
    ],
    pushes: [],
    questions: [],
    faults: [{ atMs: 692, fault: { kind: 'stall', client: 0, direction: 'both', forMs: 1_147 } }],
    server,
    nodes: [node],
    healAtMs: 20_000,
  },
  'a lease was lost while the store took a hello: the session was ended under its living link': {
    seed: 5140,
    clients: [client],
    asks: [],
    pushes: [],
    questions: [],
    faults: [
      { atMs: 34_940, fault: { kind: 'pause', node: 0, forMs: 5_050 } },
      { atMs: 39_538, fault: { kind: 'slow', node: 0, forMs: 100, delayMs: 1_190 } },
    ],
    server: { ...server, sessionTtlMs: 4_000 },
    nodes: [node],
    healAtMs: 39_539,
  },
  'a copy of a client took the session over, and was given the answer to what the other one had asked under the same number':
    {
      seed: 440,
      clients: [
        { ...client, tokenMs: 0 },
        {
          ...client,
          name: 'copy of client 0',
          tokenMs: 0,
          copy: { of: 'client 0', startAtMs: 1_360, attemptsAhead: 1 },
        },
      ],
      asks: [
        { id: '0.5', client: 0, atMs: 1_359, mode: 'request', type: 'text', timeoutMs: 60_000, readerMs: 0, handler },
      ],
      pushes: [],
      questions: [],
      faults: [],
      server,
      nodes: [node],
      healAtMs: 1_360,
    },
  'the store forgot how a handler ended, and its server took the start for one of which nothing ran: it ran again': {
    seed: 2771,
    clients: [client],
    asks: [
      {
        id: '0.21',
        client: 0,
        atMs: 1_011,
        mode: 'request',
        type: 'text',
        timeoutMs: 60_000,
        readerMs: 0,
        handler: { ...handler, workMs: 250 },
      },
    ],
    pushes: [],
    questions: [],
    faults: [
      { atMs: 1_123, fault: { kind: 'stall', client: 0, direction: 'both', forMs: 1_701 } },
      { atMs: 2_159, fault: { kind: 'cutBefore', client: 0, frame: 'reply', side: 'both' } },
      { atMs: 2_263, fault: { kind: 'rollback', byMs: 1_000 } },
    ],
    server,
    nodes: [{ ...node, storeMs: 1 }],
    healAtMs: 8_000,
  },
  'a server was told twice to close, and its time for draining was believed to begin anew': {
    seed: 1316,
    clients: [{ ...client, name: 'client 2' }],
    asks: [
      {
        id: '2.22',
        client: 0,
        atMs: 3_139,
        mode: 'request',
        type: 'text',
        timeoutMs: 60_000,
        readerMs: 0,
        handler: { ...handler, workMs: 4_000, chunks: 1 },
      },
    ],
    pushes: [],
    questions: [],
    faults: [
      { atMs: 8_307, fault: { kind: 'restart', node: 0, downMs: 0, how: 'closed', store: 'kept' } },
      { atMs: 8_527, fault: { kind: 'restart', node: 0, downMs: 0, how: 'closed', store: 'kept' } },
    ],
    server: { ...server, drainMs: 250 },
    nodes: [{ ...node, name: 'node 1' }],
    healAtMs: 20_000,
  },
  'a copy was told in its sleep that it must be another one, had given that dial up when it woke, and stayed who it was':
    {
      seed: 12946,
      clients: [
        client,
        { ...client, name: 'copy of client 0', copy: { of: 'client 0', startAtMs: 7_733, attemptsAhead: 0 } },
      ],
      asks: [],
      pushes: [],
      questions: [],
      faults: [
        { atMs: 4_729, fault: { kind: 'pause', node: 0, forMs: 5_352 } },
        { atMs: 8_571, fault: { kind: 'sleep', client: 1, forMs: 10_050, wakes: 'told' } },
      ],
      server,
      nodes: [{ ...node, name: 'node 1' }],
      healAtMs: 20_000,
    },
  'the time of a sleep was a fraction, a turn was due a hair before the time that it was for, and found nothing to do for ever':
    {
      seed: 23757,
      clients: [{ ...client, name: 'client 1', latencyMs: [100, 105], tokenMs: 0, tokenLastsMs: 6_000 }],
      asks: [],
      pushes: [],
      questions: [],
      faults: [
        { atMs: 3_857, fault: { kind: 'restart', node: 0, downMs: 2_674, how: 'silent', store: 'kept' } },
        { atMs: 6_609, fault: { kind: 'sleep', client: 0, forMs: 1_550, wakes: 'hidden' } },
      ],
      server,
      nodes: [{ ...node, storeMs: 3 }],
      healAtMs: 8_000,
    },
  'a start reached the store when its server had given up the name under which it asked: nobody knew, and that was said':
    {
      seed: 27183,
      clients: [{ ...client, latencyMs: [0, 60] }],
      asks: [
        { id: '0.9', client: 0, atMs: 207, mode: 'request', type: 'text', timeoutMs: 1_659, readerMs: 0, handler },
        { id: '0.12', client: 0, atMs: 4_274, mode: 'request', type: 'text', timeoutMs: 60_000, readerMs: 0, handler },
      ],
      pushes: [],
      questions: [{ id: '0.question 9', client: 0, atMs: 2_287, timeoutMs: 60_000, workMs: 0, end: 'return' }],
      faults: [
        { atMs: 80, fault: { kind: 'slow', node: 1, forMs: 6_321, delayMs: 1_494 } },
        { atMs: 2_508, fault: { kind: 'store', node: 1, forMs: 850, carriesOut: true } },
      ],
      server,
      nodes: [node, { ...node, name: 'node 1', storeMs: 20 }],
      healAtMs: 8_000,
    },
  'the store forgot that a client had come back, and ended its session under its living link': {
    seed: 39857,
    clients: [{ ...client, name: 'client 1', latencyMs: [1, 6] }],
    asks: [
      {
        id: '1.2',
        client: 0,
        atMs: 3_459,
        mode: 'request',
        type: 'text',
        timeoutMs: 60_000,
        readerMs: 0,
        handler: { ...handler, workMs: 125, chunks: 12, chunkMs: 200 },
      },
    ],
    pushes: [],
    questions: [],
    faults: [
      { atMs: 4_810, fault: { kind: 'cut', client: 0, clientAfterMs: 0, serverAfterMs: 0 } },
      { atMs: 5_927, fault: { kind: 'store', node: 0, forMs: 5_117, carriesOut: true } },
      { atMs: 21_806, fault: { kind: 'rollback', byMs: 8_000 } },
    ],
    server: { ...server, sessionTtlMs: 4_000 },
    nodes: [node],
    healAtMs: 40_000,
  },
  'pushes of three sessions waited for the first listener, and came after both of their resets': {
    seed: 136774,
    clients: [{ ...client, name: 'client 1', latencyMs: [0, 0], init: true, listenAfterMs: 1_500 }],
    asks: [],
    pushes: [
      { id: 'push 8', atMs: 1_074, client: undefined, bytes: 100 },
      { id: 'push 9', atMs: 63, client: undefined, bytes: 100 },
      { id: 'push 19', atMs: 2_257, client: undefined, bytes: 100 },
    ],
    questions: [],
    faults: [
      { atMs: 170, fault: { kind: 'amnesia' } },
      { atMs: 1_162, fault: { kind: 'amnesia' } },
    ],
    server: { ...server, authenticateMs: 10 },
    nodes: [node],
    healAtMs: 2_258,
  },
  'a send was in the journal, and its server was stopped for longer than a handler may be silent before it was called':
    {
      seed: 163240,
      clients: [{ ...client, latencyMs: [0, 60] }],
      asks: [
        {
          id: '0.0',
          client: 0,
          atMs: 1_026,
          mode: 'send',
          type: 'text',
          timeoutMs: 60_000,
          readerMs: 0,
          handler: { ...handler, gateMs: 20 },
        },
      ],
      pushes: [],
      questions: [{ id: '0.question 0', client: 0, atMs: 835, timeoutMs: 60_000, workMs: 0, end: 'return' }],
      faults: [{ atMs: 1_053, fault: { kind: 'pause', node: 0, forMs: 3_035 } }],
      server: { ...server, handlerMs: 2_000 },
      nodes: [{ ...node, name: 'node 1' }],
      healAtMs: 8_000,
    },
  'a time was hidden by a sleep, a timer came a rounding too early by what the wall clock had said of it, and the next one was said to be late':
    {
      seed: 18011,
      clients: [{ ...client, name: 'client 2' }],
      asks: [
        { id: '2.3', client: 0, atMs: 8_178, mode: 'request', type: 'text', timeoutMs: 30_000, readerMs: 0, handler },
      ],
      pushes: [],
      questions: [],
      faults: [
        { atMs: 3_814, fault: { kind: 'delay', client: 0, direction: 'both', delayMs: 1_419 } },
        { atMs: 5_672, fault: { kind: 'hole', client: 0, direction: 'both', forMs: 4_176 } },
        { atMs: 8_871, fault: { kind: 'cut', client: 0, clientAfterMs: 0, serverAfterMs: 0 } },
        { atMs: 9_596, fault: { kind: 'cut', client: 0, clientAfterMs: 0, serverAfterMs: 0 } },
        { atMs: 15_156, fault: { kind: 'sleep', client: 0, forMs: 20_000, wakes: 'hidden' } },
      ],
      server,
      nodes: [node],
      healAtMs: 40_000,
    },
  'a server was busy after it had asked a client, and the time that it gave began when it came round again': {
    seed: 1560843,
    clients: [client],
    asks: [],
    pushes: [],
    questions: [{ id: '0.question 3', client: 0, atMs: 5_281, timeoutMs: 1_306, workMs: 0, end: 'return' }],
    faults: [
      { atMs: 3_122, fault: { kind: 'busy', node: 0, forMs: 3_413 } },
      { atMs: 4_287, fault: { kind: 'slow', node: 0, forMs: 5_354, delayMs: 735 } },
    ],
    server,
    nodes: [{ ...node, name: 'node 2' }],
    healAtMs: 8_000,
  },
  'a server was stopped as it asked a client, for longer than it gave, and gave all of that time once it went on': {
    seed: 1724041,
    clients: [{ ...client, name: 'client 1' }],
    asks: [],
    pushes: [],
    questions: [{ id: '1.question 2', client: 0, atMs: 2_500, timeoutMs: 1_914, workMs: 0, end: 'return' }],
    faults: [
      { atMs: 2_500, fault: { kind: 'pause', node: 0, forMs: 2_509 } },
      { atMs: 4_995, fault: { kind: 'stall', client: 0, direction: 'both', forMs: 1_448 } },
    ],
    server,
    nodes: [node],
    healAtMs: 8_000,
  },
  'a client had slept unseen before it was asked for something, and its timer came a rounding too early for that': {
    seed: 3000409,
    clients: [{ ...client, name: 'client 1', latencyMs: [100, 105] }],
    asks: [
      { id: '1.22', client: 0, atMs: 16_114, mode: 'request', type: 'text', timeoutMs: 415, readerMs: 0, handler },
    ],
    pushes: [],
    questions: [],
    faults: [
      { atMs: 3_372, fault: { kind: 'restart', node: 0, downMs: 1_504, how: 'killed', store: 'kept' } },
      { atMs: 11_607, fault: { kind: 'sleep', client: 0, forMs: 1_550, wakes: 'hidden' } },
    ],
    server,
    nodes: [node],
    healAtMs: 16_115,
  },
}
