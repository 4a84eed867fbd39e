import { describe, expect, test } from 'vitest'
import { bothAnswers, TestNode } from './test-node.js'

describe.each(bothAnswers)('a store that answers %s', (answers) => {
  const nodeWith = (options = {}) => new TestNode({ answers, ...options })
})
