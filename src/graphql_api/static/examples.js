// Worked example queries, one tab each. Paste a token into the headers first.
const EXAMPLES = [
["1 households with an entitlement 在保家庭", `query Households {
  households(first: 10, filter: {category: "dibao", status: "active"}) {
    nodes { number memberCount incomeAnnual organisation { name } entitlements { category total status fromMonth } }
    pageInfo { hasNextPage endCursor }
  }
}`, ""],
["2 one chain per household 一户一条救助链 (take a number from tab 1)", `query Chain($number: String!) {
  household(number: $number) {
    number memberCount organisation { name }
    members { relation joinedOn leftOn person { name birthDate sex } }
    entitlements { category status total fromMonth lastMonth origin }
    chain(first: 50) {
      nodes { position occurredOn recordedAt kind programme department amount zh: summary en: summary(language: EN)
              actor { operatorId } event { type leafHash } }
      pageInfo { hasNextPage endCursor }
    }
  }
}`, '{"number": "65900400180000"}'],
["3 funds 资金", `query Funds {
  funds { name source year uses received allocated committed paid returned available unallocated
          balances { organisationId allocated available } }
}`, ""],
["4 a month's runs 发放批次", `query Runs {
  paymentRuns(month: "2026-11", first: 30) {
    nodes { organisationId programme status lines total settled returned pending rosterHash
            payments(status: "returned", first: 5) { nodes { amount returnReason outcomeOn } } }
  }
}`, ""],
["5 the log, its checkpoint and a proof 台账与证明 (auditor)", `query Audit {
  checkpoint { origin size root note key }
  inclusionProof(position: 1000) { treeSize leafHash root path }
  events(first: 5, filter: {types: ["CategoryEnded", "PersonDied"]}) {
    nodes { position type titleZh occurredOn recordedAt actor { operatorId role } tags }
  }
}`, ""],
["6 as it was known 当时所知 (double time)", `query AsOf($number: String!) {
  now: household(number: $number) { memberCount entitlements { status total lastMonth } }
  then: household(number: $number, asOf: {occurred: "2026-10-15"}) { memberCount entitlements { status total lastMonth } }
}`, '{"number": "65900400180000"}'],
["7 a command 命令 (clerk of 659004001)", `mutation Register($id: String!) {
  registerHousehold(input: {commandId: $id, number: "6590040017001", organisationId: "659004001", area: URBAN,
      members: [{idNumber: "110101199003077774", name: "示例", relation: HEAD}]}) {
    ... on Recorded { position duplicate eventTypes household: idOf(kind: "household") }
    ... on Refusal { code messageEn messageZh article }
  }
}`, '{"id": "0199c000-0000-7000-8000-000000000001"}'],
];
