import type { Json } from '@backchat/protocol'
import { expect, test } from 'vitest'
import { FlightRecorder } from './flight-recorder.js'
import { storyOf } from './flight-story.js'
import { error, reply, request } from './test-frames.js'

const recording = () => {
  let now = 0
  const recorder = new FlightRecorder({
    capacity: 100,
    wall: () => ++now,
    connectionOf: (link) => ({ id: `c${link}`, session: { id: 's' }, user: { id: 'ann' } }),
  })
  return { recorder, story: () => storyOf(recorder.records({ request: 'm1' })) }
}

test('a request that was answered without a run is told as far as it was seen', () => {
  const { recorder, story } = recording()
  expect(story()).toBeUndefined()
  recorder.heard(request(1, 1))
  expect(story()).toMatchObject({ outcome: 'pending', endedAtMs: undefined, link: 1 })
  recorder.performed({ kind: 'transmit', link: 1, frame: { kind: 'started', n: 1 } })
  recorder.performed({ kind: 'transmit', link: 1, frame: { kind: 'started', n: 1 } })
  recorder.heard(request(2, 1))
  recorder.performed({ kind: 'transmit', link: 2, frame: { kind: 'chunk', n: 1, chunk: 0, content: '1' as Json } })
  recorder.performed(reply(2, 1))
  expect(story()).toEqual({
    sessionId: 's',
    connectionId: 'c2',
    link: 2,
    n: 1,
    id: 'm1',
    type: 'text',
    mode: 'request',
    trace: [
      { stage: 'received', atMs: 1 },
      { stage: 'started', atMs: 2 },
      { stage: 'replied', atMs: 6 },
    ],
    outcome: 'ok',
    endedAtMs: 6,
    refused: false,
  })
})

test('a refusal has its code; when it comes again it is open again', () => {
  const { recorder, story } = recording()
  recorder.heard(request(1, 1))
  recorder.performed(error(1, 1, 'NO_HANDLER', true))
  expect(story()).toMatchObject({ outcome: 'NO_HANDLER', endedAtMs: 2, refused: true })
  recorder.heard(request(1, 1))
  expect(story()).toMatchObject({ outcome: 'pending', endedAtMs: undefined, refused: false })
  recorder.performed({ kind: 'transmit', link: 1, frame: { kind: 'cancelled', n: 1 } })
  expect(story()).toMatchObject({ outcome: 'ABORTED', endedAtMs: 4 })
})
