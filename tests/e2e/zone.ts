// What the upstream of the end-to-end tests knows: one zone with fixed names, and one name below
// which every name has the same address.

export const ZONE = "e2e.example";
/** Every name below this one has the address MANY_ADDRESS. */
export const MANY: string = `many.${ZONE}`;
export const MANY_ADDRESS = "192.0.2.77";
export const WWW_ADDRESS = "192.0.2.1";
export const WWW_IPV6_ADDRESS = "2001:db8::1";
/** TXT records of `large`, 103 bytes each: together far over any UDP size. */
export const LARGE_RECORD_COUNT = 60;
/** TXT records of `medium`: over 512 bytes, under 1232. */
export const MEDIUM_RECORD_COUNT = 8;

export function zoneFile(): string {
  return `$ORIGIN ${ZONE}.
@ 3600 IN SOA ns hostmaster 1 7200 3600 604800 300
@ 3600 IN NS ns
ns 3600 IN A 192.0.2.53
www 300 IN A ${WWW_ADDRESS}
www 300 IN AAAA ${WWW_IPV6_ADDRESS}
www 300 IN RRSIG A 13 3 300 20380101000000 20200101000000 1 ${ZONE}. c2lnbmF0dXJlIG9mIG5vdGhpbmc=
text 300 IN TXT "one" "two words"
mail 300 IN MX 10 www
alias1 300 IN CNAME alias2
alias2 120 IN CNAME alias3
alias3 300 IN CNAME www
dangling 300 IN CNAME nowhere
service 300 IN HTTPS 1 . alpn=h2 port=8443
${textRecords("medium", MEDIUM_RECORD_COUNT)}
${textRecords("large", LARGE_RECORD_COUNT)}
`;
}

function textRecords(name: string, count: number): string {
  const line = (_: unknown, i: number): string => {
    return `${name} 300 IN TXT "${String(i).padStart(3, "0")}${"x".repeat(100)}"`;
  };
  return Array.from({ length: count }, line).join("\n");
}
