/** rosterExample shows what a roster can say; user ids are those of the site's own people. */
export const rosterExample = `duties:
  - id: carer
    name: {zh: 护理员, en: Carer}
    floors: ["2", "3"]
    shifts:
      - {id: day, name: {zh: 白班, en: Day}, from: "07:00", to: "15:00"}
      - {id: evening, name: {zh: 小夜班, en: Evening}, from: "15:00", to: "23:00"}
      - {id: night, name: {zh: 大夜班, en: Night}, from: "23:00", to: "07:00"}
    rotations:
      - start: 2026-11-23
        weeks:
          - {day: [u-wang], evening: [u-liu], night: [u-chen]}
          - {day: [u-chen], evening: [u-wang], night: [u-liu]}
overrides:
  - {duty: carer, from: 2026-11-25T23:00, to: 2026-11-26T07:00, who: u-chen, by: u-liu}
`;
