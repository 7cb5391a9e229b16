// What the watch notices, what it keeps quiet about, and that what is broken is told once. That
// nothing happened is shown by a later event.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { describe, test } from "node:test";
import {
  type CertificateFiles,
  loadCertificate,
  type LoadedCertificate,
} from "../../../src/certificate/load-certificate.ts";
import { watchCertificate } from "../../../src/certificate/watch-certificate.ts";
import { needs } from "../../e2e/programs.ts";
import { makePair, type Pair, temporaryFolder, writePair } from "./openssl.ts";
import { PATIENT, pause, QUICK, Recorder, toldAgain, until, watching } from "./watch-recorder.ts";

const skip = needs("openssl");
const options = { skip, timeout: 60_000 };

/** Made once: no test changes these files. */
const PAIRS: readonly Pair[] =
  skip === false
    ? [makePair(), makePair({ keyType: "rsa" }), makePair({ keyType: "ecdsa-384" })]
    : [];
const [first, second, third] = PAIRS as [Pair, Pair, Pair];

function filesWith({ certificate, key }: Pair): CertificateFiles {
  return writePair(temporaryFolder(), certificate, key);
}

function replaceByRename(file: string, text: string): void {
  const temporary = join(dirname(file), `.${basename(file)}.new`);
  writeFileSync(temporary, text);
  renameSync(temporary, file);
}

/** As `ln -sfn` does: a new link takes the old one's name in one step. */
function swapLink(target: string, link: string): void {
  symlinkSync(target, `${link}.new`);
  renameSync(`${link}.new`, link);
}

function overwrite(files: CertificateFiles, { certificate, key }: Pair): void {
  writeFileSync(files.certificateFile, certificate);
  writeFileSync(files.keyFile, key);
}

describe("a renewal", () => {
  test("written in place is noticed", options, async (context) => {
    const files = filesWith(first);
    const recorder = await watching(context, files, PATIENT);
    overwrite(files, second);
    await recorder.changed(second);
    overwrite(files, third);
    await recorder.changed(second, third);
    assert.deepEqual(recorder.problems, []);
  });

  test("by rename is noticed", options, async (context) => {
    const files = filesWith(first);
    const recorder = await watching(context, files, PATIENT);
    for (const pair of [second, third]) {
      replaceByRename(files.keyFile, pair.key);
      replaceByRename(files.certificateFile, pair.certificate);
      await until(
        () => recorder.changes.at(-1)?.key === pair.key,
        () => "no change",
      );
    }
    recorder.expect(second, third);
    assert.deepEqual(recorder.problems, []);
  });

  test("by a swapped folder, as Kubernetes does it, is noticed", options, async (context) => {
    const folder = temporaryFolder();
    PAIRS.forEach(({ certificate, key }, i) => {
      mkdirSync(join(folder, `..${i}`));
      writePair(join(folder, `..${i}`), certificate, key);
    });
    swapLink("..0", join(folder, "..data"));
    for (const name of ["tls.crt", "tls.key"]) symlinkSync(`..data/${name}`, join(folder, name));
    const files = { certificateFile: join(folder, "tls.crt"), keyFile: join(folder, "tls.key") };
    const recorder = await watching(context, files, PATIENT);
    swapLink("..1", join(folder, "..data"));
    await recorder.changed(second);
    rmSync(join(folder, "..0"), { recursive: true });
    swapLink("..2", join(folder, "..data"));
    await recorder.changed(second, third);
    swapLink("..1", join(folder, "..data"));
    await recorder.changed(second, third, second);
    assert.deepEqual(recorder.problems, []);
  });

  test("by one swapped link after the other, as certbot does it", options, async (context) => {
    const folder = temporaryFolder();
    const files = { certificateFile: join(folder, "cert.pem"), keyFile: join(folder, "key.pem") };
    const link = (pair: Pair): void => {
      swapLink(pair.certificateFile, files.certificateFile);
      swapLink(pair.keyFile, files.keyFile);
    };
    link(first);
    const recorder = await watching(context, files, PATIENT);
    link(second);
    await recorder.changed(second);
    link(third);
    await recorder.changed(second, third);
    assert.deepEqual(recorder.problems, []);
  });

  test("that writes one file after the other waits for the second", options, async (context) => {
    const files = filesWith(first);
    const recorder = await watching(context, files, PATIENT);
    writeFileSync(files.certificateFile, second.certificate.slice(0, 300));
    await pause(150);
    writeFileSync(files.certificateFile, second.certificate);
    await pause(150);
    recorder.expect();
    writeFileSync(files.keyFile, second.key);
    await recorder.changed(second);
    assert.deepEqual(recorder.problems, []);
  });

  test("in a burst ends with the last, and only with pairs that fit", options, async (context) => {
    const files = filesWith(first);
    const recorder = await watching(context, files, { ...PATIENT, settleMs: 200 });
    for (let i = 1; i <= 100; i++) {
      overwrite(files, PAIRS[i % 3]!);
      await pause(5);
    }
    overwrite(files, third);
    await until(
      () => recorder.changes.at(-1)?.key === third.key,
      () => "the last change is missing",
    );
    assert.ok(recorder.changes.length <= 6, `${recorder.changes.length} changes`);
    assert.deepEqual(recorder.problems, []);
  });

  test("that keeps the key is noticed", options, async (context) => {
    const files = filesWith(first);
    const recorder = await watching(context, files, PATIENT);
    const renewed = makePair({ key: first.key });
    writeFileSync(files.certificateFile, renewed.certificate);
    await recorder.changed(renewed);
  });

  test("between loading and watching is not missed", options, async (context) => {
    const files = filesWith(first);
    const loaded = await loadCertificate(files);
    overwrite(files, second);
    const recorder = new Recorder();
    const { onChange, onProblem } = recorder;
    const watch = watchCertificate(files, onChange, onProblem, loaded, QUICK);
    context.after(() => watch.stop());
    await recorder.changed(second);
  });
});

describe("what is no change", () => {
  test(
    "is not told: same content in another file, other dates, comments",
    { skip },
    async (context) => {
      const files = filesWith(first);
      const recorder = await watching(context, files, PATIENT);
      utimesSync(files.certificateFile, 1, 1);
      await pause(80);
      replaceByRename(files.keyFile, first.key);
      await pause(80);
      replaceByRename(files.certificateFile, `# a comment\n${first.certificate}`);
      await pause(80);
      overwrite(files, first);
      await pause(80);
      overwrite(files, second);
      await recorder.changed(second);
      assert.deepEqual(recorder.problems, []);
    },
  );
});

describe("a broken state", () => {
  test("is told once, and mending it with a new pair is a change", options, async (context) => {
    const files = filesWith(first);
    const recorder = await watching(context, files);
    writeFileSync(files.keyFile, second.key);
    await recorder.complained(1);
    assert.ok(recorder.problems[0]!.includes("does not belong"), recorder.problems[0]);
    utimesSync(files.keyFile, 1, 1);
    await pause(300);
    writeFileSync(files.certificateFile, second.certificate);
    await recorder.changed(second);
    assert.equal(recorder.problems.length, 1, recorder.problems.join(" | "));
  });

  test("that is mended with the old pair can be told again", options, async (context) => {
    const files = filesWith(first);
    const recorder = await watching(context, files);
    writeFileSync(files.certificateFile, "garbage");
    await recorder.complained(1);
    await toldAgain(
      recorder,
      () => writeFileSync(files.certificateFile, first.certificate),
      () => writeFileSync(files.certificateFile, "garbage"),
    );
    overwrite(files, second);
    await recorder.changed(second);
  });

  test(
    "that is mended with the very file of before can be told again",
    options,
    async (context) => {
      const folder = temporaryFolder();
      const broken = join(folder, "broken.crt");
      writeFileSync(broken, "garbage");
      const files = { certificateFile: join(folder, "tls.crt"), keyFile: first.keyFile };
      swapLink(first.certificateFile, files.certificateFile);
      const recorder = await watching(context, files);
      // Long enough for the watch to know the file that will come back.
      await pause(200);
      swapLink(broken, files.certificateFile);
      await recorder.complained(1);
      await toldAgain(
        recorder,
        () => swapLink(first.certificateFile, files.certificateFile),
        () => swapLink(broken, files.certificateFile),
      );
    },
  );

  test("of files that are gone is told, and their return is none", options, async (context) => {
    const files = filesWith(first);
    const away = `${files.certificateFile}.away`;
    const recorder = await watching(context, files);
    renameSync(files.certificateFile, away);
    await recorder.complained(1);
    assert.match(recorder.problems[0]!, /can't be read: ENOENT/);
    renameSync(away, files.certificateFile);
    await pause(200);
    overwrite(files, second);
    await recorder.changed(second);
  });

  test("of an expired renewal keeps the pair in use", options, async (context) => {
    const files = filesWith(first);
    const recorder = await watching(context, files);
    overwrite(files, makePair({ fromDays: -9, toDays: -1 }));
    await until(
      () => recorder.problems.some((problem) => problem.includes("expired")),
      () => recorder.problems.join(" | "),
    );
    recorder.expect();
  });

  test("that becomes another is told again, in its own time", options, async (context) => {
    const files = filesWith(first);
    const recorder = await watching(context, files);
    writeFileSync(files.keyFile, second.key);
    await recorder.complained(1);
    writeFileSync(files.keyFile, "garbage");
    await recorder.complained(2);
    assert.match(recorder.problems[1]!, /no PEM file/);
  });

  test("that time mends is a change without another write", options, async (context) => {
    const files = filesWith(first);
    const recorder = await watching(context, files);
    const soon = makePair({ fromDays: 3 / 86_400 });
    overwrite(files, soon);
    await recorder.changed(soon);
  });

  test("that the server reports by throwing is told and tried again", options, async (context) => {
    const files = filesWith(first);
    const problems: string[] = [];
    const taken: LoadedCertificate[] = [];
    const watch = watchCertificate(
      files,
      (loaded) => {
        if (problems.length === 0) throw new Error("the port is taken");
        taken.push(loaded);
      },
      (message) => problems.push(message),
      await loadCertificate(files),
      QUICK,
    );
    context.after(() => watch.stop());
    overwrite(files, second);
    await until(
      () => taken.length > 0,
      () => problems.join(" | "),
    );
    assert.ok(problems.includes("the port is taken"), problems.join(" | "));
    assert.equal(taken[0]!.key, second.key);
  });
});

describe("a stopped watch", () => {
  test("says nothing more", options, async (context) => {
    const files = filesWith(first);
    const stopped = await watching(context, files);
    const running = await watching(context, files, PATIENT);
    stopped.watch!.stop();
    overwrite(files, second);
    await running.changed(second);
    stopped.expect();
  });

  test("says nothing more when it is stopped while it reads", options, async (context) => {
    const files = filesWith(first);
    const recorder = await watching(context, files);
    rmSync(files.keyFile);
    execFileSync("mkfifo", [files.keyFile]);
    writeFileSync(files.certificateFile, second.certificate);
    // A pipe opens for writing in the moment in which the watch reads it.
    const pipe = await open(files.keyFile, "w");
    recorder.watch!.stop();
    await pipe.writeFile(second.key);
    await pipe.close();
    await pause(200);
    recorder.expect();
    assert.deepEqual(recorder.problems, []);
  });
});
