// Why a response is of no use: the codes that readResponse and normalizeResponse return instead of
// one. What came from upstream is an everyday matter and never an exception.

export type ResponseFault =
  // From readResponse: the bytes are not a well-formed response to one question.
  | "short" // ends within the header or within a record
  | "not-a-response" // QR=0, or an opcode other than QUERY
  | "question" // not exactly one, or malformed
  | "name" // an owner is malformed
  | "rdata" // RDATA is not what its type says, names in it included
  | "counts" // fewer records than the header says
  | "trailing" // bytes after the last record
  | "opt" // more than one, in the wrong section, not at the root, or options that do not fit
  // From normalizeResponse: well-formed, but not to be relayed.
  | "question-mismatch" // it answers another question
  | "truncated" // TC is set
  | "chain" // CNAMEs that loop, or more than 16 of them
  | "too-long"; // over 65,535 bytes once what must not be compressed is written out
