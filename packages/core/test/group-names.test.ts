import {describe, expect, test} from 'vitest';
import {nameGroups} from '../src/index.ts';
import type {GroupNode} from '../src/index.ts';

const groupOf = (held: Record<string, GroupNode> = {}, name?: string): GroupNode => ({
  name,
  kind: 'X',
  held: new Map(Object.entries(held)),
});

const named = (exported: Record<string, GroupNode>) => {
  const {groups, problems} = nameGroups(Object.entries(exported));
  return [...groups.map(({name}) => name), ...problems.map(({text}) => text)];
};

describe('a group', () => {
  test('takes the name it is exported under, one inside it that name and its attribute', () => {
    expect(named({a: groupOf(), b: groupOf({inner: groupOf({deep: groupOf()})})})).toEqual(['b', 'b.inner', 'b.inner.deep', 'a']);
  });

  test('keeps the name its author gave it, and hands it down', () => {
    expect(named({a: groupOf({i: groupOf()}, 'q.r')})).toEqual(['q.r', 'q.r.i']);
    expect(named({a: groupOf({i: groupOf({}, 'ii')}, 'q')})).toEqual(['q', 'ii']);
  });

  test('that is both exported and linked has the shorter name', () => {
    const shared = groupOf();
    expect(named({x: shared, o: groupOf({inner: shared})})).toEqual(['o', 'x']);
  });

  test('found under several names, or none, needs one of its own', () => {
    const shared = groupOf();
    expect(named({a: shared, b: shared})).toEqual([
      "Group instance of 'X' is assigned to multiple names ['a', 'b'] without an explicit name.",
    ]);
    const inner = groupOf();
    expect(named({o: groupOf({inner}), p: groupOf({inner})})[2]).toContain("multiple names ['o.inner', 'p.inner']");
    expect(named({__a: groupOf()})).toEqual(["Group instance of 'X' has no name. Provide name or export it under one."]);
    const chosen = groupOf({}, 'n');
    expect(named({a: chosen, b: chosen})).toEqual(['n']);
  });

  test('may not share its name, nor have an empty one', () => {
    expect(named({a: groupOf({}, 'n'), b: groupOf({}, 'n')})[1]).toContain("Group name 'n' is used by multiple group instances");
    expect(named({a: groupOf({}, '')})[0]).toContain("has invalid name ''");
  });

  test('that holds itself is found once', () => {
    const held = new Map<string, GroupNode>();
    const loop: GroupNode = {name: undefined, kind: 'X', held};
    held.set('self', loop);
    expect(named({a: loop})).toEqual(['a']);
  });
});
