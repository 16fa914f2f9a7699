// The evaluator gives every answer of the conformance kit.

import assert from "node:assert/strict";
import { test } from "node:test";
import { verify } from "../src/index.js";
import { answer, kit } from "../kit/kit.js";

let cases = 0;
for (const { name, compiled, book, cases: found } of kit()) {
  test(`the kit: ${name}`, async () => {
    await verify(compiled);
    for (const { request, answer: wanted } of found) {
      assert.deepEqual(answer(book, request), wanted, JSON.stringify(request));
      cases += 1;
    }
  });
}

test("the kit is there", () => assert.ok(cases > 4000, `${cases} cases`));
