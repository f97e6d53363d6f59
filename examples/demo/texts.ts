import type { Random } from './random.ts';

const clauses = [
  'The supplier delivers the goods free of charge to the warehouse named in annex B.',
  'Payment is due within thirty days of a correct invoice; later payment bears interest from the first day.',
  'Neither party is liable for what it could not foresee, as far as the law allows this.',
  'The customer examines each delivery within five working days and reports what is missing in writing.',
  'Title passes when the price has been paid in full, and not before.',
  'This agreement runs for two years and goes on for one year at a time unless it is ended three months before.',
  'Personal data is processed only as annex D says, and is deleted within a month of the end.',
  'Prices may be adapted once a year, by no more than the consumer price index has changed.',
  'A change of this agreement is valid only in writing, and so is a change of this clause.',
  'The parties keep what they learn of each other confidential, for five years beyond the end.',
  'If a clause turns out to be void, the others stay as they are.',
  'Samples are kept for as long as the goods can be sold, and shown to the customer on request.',
] as const;

const questions = [
  'Where is my order? It was to be here on Tuesday.',
  'Can I still change the address of the order from this morning?',
  'The cover of the second book is torn. What can be done?',
  'Which of your novels would suit somebody who liked the last one?',
  'Why was the voucher not taken off the price?',
  'How long does a refund take once the parcel is back with you?',
  'Do you deliver to an island, and what would that cost?',
  'My daughter is nine and reads a lot. What would you give her?',
] as const;

const points = [
  'Who bears the cost when a delivery is late?',
  'How can we end this early, and what would it cost?',
  'Which clauses are unusual for a contract of this kind?',
  'What does it say on personal data, and is that enough?',
  'By how much may the price go up next year?',
  'What must we do within the first five days of a delivery?',
] as const;

const tasks = [
  'Find out which suppliers deliver late, and what that costs us.',
  'Compare the returns of this spring with those of the last one.',
  'Collect what our handbook says on vouchers and find what contradicts itself.',
  'Which rules for refunds could be merged without anybody losing?',
] as const;

export const question = (random: Random): string => random.pick(questions);
export const point = (random: Random): string => random.pick(points);
export const task = (random: Random): string => random.pick(tasks);

/** A contract of about so many characters, different from every other one. */
export function contract(random: Random, characters: number): string {
  let text = `Agreement no. ${random.whole(10_000, 99_999)}\n`;
  for (let section = 1; text.length < characters; section++) {
    text += `\n§ ${section}\n`;
    for (let sentence = random.whole(3, 6); sentence > 0; sentence--) text += `${random.pick(clauses)} `;
  }
  return text;
}
