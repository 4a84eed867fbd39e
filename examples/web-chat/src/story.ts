/** A long story, to be interrupted. */

export const story = `Once there was a lighthouse keeper called Ada who had one wish: that every ship that asked her a question should get its answer.

In those days a ship would hoist its flags, and Ada would hoist hers. But the coast was full of fog. Often a ship had just asked “Is the channel free?” when the fog came down, and when it lifted, nobody knew any more whether she had answered. Some captains waited for ever. Some asked again, and again, until the harbour had prepared three berths for one ship. And some sailed on without knowing, which went well until it did not.

So Ada bought a book. Every question that reached her she wrote down before she did anything about it: the name of the ship, and the number of the question. Then she found out the answer, and she wrote that down too, before she hoisted a single flag. Now the fog could come whenever it liked. When it lifted, the ship would say: “I am the Swallow, and I have no answer to number seven.” And Ada would open the book, and there it was: number seven, answered. She did not walk to the harbour again. She just showed the flags.

The captains learned a habit as well. When they had an answer they said so: “I have all up to nine.” And Ada tore out the pages up to nine, so that the book never grew too thick to carry.

One night a storm took the roof, and the book with it. The new keeper who came in the morning had an empty book and an honest heart. “Questions that you had not sent yet,” she told the ships, “I will gladly answer. But those that you had sent, and whose answer you do not have: I cannot know whether they were done. You must look for yourselves.” The captains grumbled, but they trusted her, for she was the first keeper who said what she did not know.

After that the lighthouse got a book of stone, in a cellar, that no storm could reach. But that is another story, and a longer one.

As for Ada: she lives by the sea, and they say that if you ask her anything, in whatever fog, you may put the kettle on and wait in peace. The answer comes. It comes once. And if it cannot come, you will be told so, in good time for tea.`
