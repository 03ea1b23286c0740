"""What Redis does in one step.

An entry is a hash: `m` its mark, `s` when it was stored, `t` its tags (msgpack), `d` the rest. All generations are in one hash,
so that they vanish together or not at all: `#` the latest, `-` the floor (entries with an older mark cannot be judged any more),
`*` of everything, `k...` of a key, `t...` of a tag, `p` the prefixes (msgpack: list of pairs of prefix and generation).

A generation is the server's time in microseconds, or one more than the last. When the hash has vanished, by a flush, a restart
or an eviction, the next one is therefore greater than all before, and becomes the floor.
"""

from __future__ import annotations

KEEP = 20_000
"""Generations of single keys and tags that are kept; beyond that the older half goes and the floor rises to it."""
PREFIXES = 32

_SHARED = """
local G = KEYS[1]

local function text(number)
  return string.format('%.0f', number)
end

local function latest()
  local found = redis.call('HGET', G, '#')
  if found then return tonumber(found) end
  local time = redis.call('TIME')
  local first = time[1] * 1000000 + time[2]
  redis.call('HSET', G, '#', text(first), '-', text(first))
  return first
end

-- 0 valid, 1 invalid, 2 unknown
local function verdict(key, tags, mark)
  local fields = {'-', 'p', '*', 'k' .. key}
  for _, tag in ipairs(tags) do fields[#fields + 1] = 't' .. tag end
  local found = redis.call('HMGET', G, unpack(fields))
  if mark < tonumber(found[1]) then return 2 end
  for i = 3, #fields do
    if found[i] and tonumber(found[i]) > mark then return 1 end
  end
  if found[2] then
    for _, pair in ipairs(cmsgpack.unpack(found[2])) do
      if tonumber(pair[2]) > mark and string.sub(key, 1, #pair[1]) == pair[1] then return 1 end
    end
  end
  return 0
end
"""

READ = (
    _SHARED
    + """
-- KEYS: generations, entry; ARGV: key -> latest generation, then mark, tags and data of a valid entry
local now = latest()
local entry = redis.call('HMGET', KEYS[2], 'm', 't', 'd')
if not entry[1] then return {now} end
if verdict(ARGV[1], cmsgpack.unpack(entry[2]), tonumber(entry[1])) ~= 0 then
  redis.call('UNLINK', KEYS[2])
  return {now}
end
return {now, entry[1], entry[2], entry[3]}
"""
)

CHECK = (
    _SHARED
    + """
-- KEYS: generations, entry; ARGV: key, mark, tags -> latest generation, verdict
local now = latest()
redis.call('TOUCH', KEYS[2])
return {now, verdict(ARGV[1], cmsgpack.unpack(ARGV[3]), tonumber(ARGV[2]))}
"""
)

WRITE = (
    _SHARED
    + """
-- KEYS: generations, entry; ARGV: key, mark, tags, data, milliseconds, time of storing -> 1 when it is kept
latest()
if verdict(ARGV[1], cmsgpack.unpack(ARGV[3]), tonumber(ARGV[2])) ~= 0 then return 0 end
redis.call('HSET', KEYS[2], 'm', ARGV[2], 't', ARGV[3], 'd', ARGV[4], 's', ARGV[6])
redis.call('PEXPIRE', KEYS[2], ARGV[5])
return 1
"""
)

REMOVE = (
    _SHARED
    + f"local KEEP, PREFIXES = {KEEP}, {PREFIXES}\n"
    + """
-- KEYS: generations; ARGV: prefix of entries, everything, keys, tags, prefixes (the last three as msgpack lists) -> generation
local time = redis.call('TIME')
local now = math.max(latest() + 1, time[1] * 1000000 + time[2])
local shown = text(now)
redis.call('HSET', G, '#', shown)
if ARGV[2] == '1' then redis.call('HSET', G, '*', shown) end
for _, key in ipairs(cmsgpack.unpack(ARGV[3])) do
  redis.call('HSET', G, 'k' .. key, shown)
  redis.call('UNLINK', ARGV[1] .. key)
end
for _, tag in ipairs(cmsgpack.unpack(ARGV[4])) do redis.call('HSET', G, 't' .. tag, shown) end

local function rise(floor)
  if floor > tonumber(redis.call('HGET', G, '-')) then redis.call('HSET', G, '-', text(floor)) end
end

local added = cmsgpack.unpack(ARGV[5])
if #added > 0 then
  local packed = redis.call('HGET', G, 'p')
  local known = packed and cmsgpack.unpack(packed) or {}
  local kept = {}
  for _, pair in ipairs(known) do
    if pair[1] ~= added[1] then kept[#kept + 1] = pair end
  end
  kept[#kept + 1] = {added[1], shown}
  if #kept > PREFIXES then rise(tonumber(table.remove(kept, 1)[2])) end
  redis.call('HSET', G, 'p', cmsgpack.pack(kept))
end

if redis.call('HLEN', G) > KEEP then
  local all, names, numbers = redis.call('HGETALL', G), {}, {}
  for i = 1, #all, 2 do
    local kind = string.sub(all[i], 1, 1)
    if kind == 'k' or kind == 't' then
      names[#names + 1] = {all[i], tonumber(all[i + 1])}
      numbers[#numbers + 1] = tonumber(all[i + 1])
    end
  end
  table.sort(numbers)
  local floor = numbers[math.floor(#numbers / 2)]
  for _, pair in ipairs(names) do
    if pair[2] <= floor then redis.call('HDEL', G, pair[1]) end
  end
  rise(floor)
end
return shown
"""
)

ACQUIRE = """
-- KEYS: lock, flag of those who wait, entry; ARGV: token, milliseconds, when the known entry was stored or ''
-- -> 0 somebody else has it, 1 taken, 2 taken, and there is an entry that the caller does not know
if not redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then
  redis.call('SET', KEYS[2], '1', 'PX', ARGV[2])
  return 0
end
local stored = redis.call('HGET', KEYS[3], 's')
if stored and stored ~= ARGV[3] then return 2 end
return 1
"""

RISE = (
    _SHARED
    + """
-- KEYS: generations; ARGV: a generation that somebody has seen -> 1 when it was lost, and nothing older counts any more
local seen = tonumber(ARGV[1])
if latest() >= seen then return 0 end
local time = redis.call('TIME')
local now = text(math.max(seen + 1, time[1] * 1000000 + time[2]))
redis.call('HSET', G, '#', now, '-', now)
return 1
"""
)

RENEW = """
-- KEYS: lock; ARGV: token, milliseconds
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])
"""

RELEASE = """
-- KEYS: lock, flag of those who wait; ARGV: token -> whether somebody waits
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('DEL', KEYS[1])
return redis.call('DEL', KEYS[2])
"""
