/** Each is one step for Redis, and one round trip. */

// Amounts are whole 64-bit numbers, which HINCRBY adds. A number in Lua is exact to 2^53 only: what is compared is in
// two halves, of which the low one has nine digits.
const LIBRARY = `
local function halves(text)
  return { tonumber(string.sub(text, 1, -10)) or 0, tonumber(string.sub(text, -9)) }
end
local function add(one, other)
  local low = one[2] + other[2]
  local carry = math.floor(low / 1e9)
  return { one[1] + other[1] + carry, low - carry * 1e9 }
end
local function isLess(one, other)
  return one[1] < other[1] or one[1] == other[1] and one[2] < other[2]
end
local function textOf(sum)
  return sum[1] == 0 and string.format('%d', sum[2]) or string.format('%d%09d', sum[1], sum[2])
end
local function roughly(sum)
  return sum[1] * 1e9 + sum[2]
end
local function crossed(sum, from, to)
  for index = from, to do
    if isLess(sum, halves(ARGV[index])) then return index - from end
  end
  return to - from + 1
end
local function now()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end
local function reservationsOf(sums)
  return string.sub(sums, 1, -5) .. 'reservations'
end
local function keep(key, moment)
  if redis.call('PEXPIRETIME', key) < tonumber(moment) then redis.call('PEXPIREAT', key, moment) end
end
local function expire(sums, time)
  local reservations = reservationsOf(sums)
  for _, member in ipairs(redis.call('ZRANGEBYSCORE', reservations, '-inf', time)) do
    redis.call('ZREM', reservations, member)
    redis.call('HINCRBY', sums, 'reserved', '-' .. string.match(member, '^(%d+) '))
  end
end
local function read(from, to, time)
  local spent, reserved = { 0, 0 }, { 0, 0 }
  for index = from, to do
    expire(KEYS[index], time)
    spent = add(spent, halves(redis.call('HGET', KEYS[index], 'spent') or '0'))
    reserved = add(reserved, halves(redis.call('HGET', KEYS[index], 'reserved') or '0'))
  end
  return spent, reserved
end
`;

// ARGV: id, life of the reservation, then for each claim: number of periods, amount, limit or '', until. KEYS: that of
// a settled call, then of each claim its own, and those of the periods that count.
export const RESERVE = `${LIBRARY}
local id, time = ARGV[1], now()
local expiry = time + tonumber(ARGV[2])
-- It was waited for too long, and the call has ended since.
if redis.call('EXISTS', KEYS[1]) == 1 then return false end
local refused, least, argument, key = nil, nil, 3, 2
while ARGV[argument] do
  local count, amount, limit = tonumber(ARGV[argument]), ARGV[argument + 1], ARGV[argument + 2]
  if limit ~= '' then
    local spent, reserved = read(key + 1, key + count, time)
    local used = add(spent, reserved)
    if limit == '0' or isLess(halves(limit), add(used, halves(amount))) then
      local share = limit == '0' and -math.huge or (tonumber(limit) - roughly(used)) / tonumber(limit)
      if refused == nil or share < least then
        refused = { (argument - 3) / 4, textOf(spent), textOf(reserved) }
        least = share
      end
    end
  end
  argument, key = argument + 4, key + count + 1
end
if refused then return refused end
argument, key = 3, 2
while ARGV[argument] do
  local count, amount = tonumber(ARGV[argument]), ARGV[argument + 1]
  local own = KEYS[key]
  if amount ~= '0' then
    local reservations = reservationsOf(own)
    local kept = math.max(expiry, tonumber(ARGV[argument + 3]))
    redis.call('HINCRBY', own, 'reserved', amount)
    redis.call('ZADD', reservations, expiry, amount .. ' ' .. id)
    keep(own, kept)
    keep(reservations, kept)
  end
  argument, key = argument + 4, key + count + 1
end
return false
`;

// ARGV: id, life of the id, then for each charge: number of periods, reserved, spent, until, scope, number of
// thresholds, thresholds. KEYS: that of the id, under which is kept what was answered, then of each charge its own,
// those of the periods that count, that of the budget's scopes, and that in which it was reserved.
export const SETTLE = `${LIBRARY}
local answered = redis.call('GET', KEYS[1])
if answered then return cjson.decode(answered) end
local id, time = ARGV[1], now()
local argument, key, all = 3, 2, {}
while ARGV[argument] do
  local count, reserved, spent = tonumber(ARGV[argument]), ARGV[argument + 1], ARGV[argument + 2]
  local own = KEYS[key]
  local held = KEYS[key + count + 2]
  if reserved ~= '0' and redis.call('ZREM', reservationsOf(held), reserved .. ' ' .. id) == 1 then
    redis.call('HINCRBY', held, 'reserved', '-' .. reserved)
  end
  redis.call('HINCRBY', own, 'spent', spent)
  keep(own, ARGV[argument + 3])
  local sum, aside = read(key + 1, key + count, time)
  local scopes = KEYS[key + count + 1]
  redis.call('ZADD', scopes, roughly(sum), ARGV[argument + 4])
  keep(scopes, ARGV[argument + 3])
  local told = tonumber(redis.call('HGET', own, 'told') or '0')
  local thresholds = tonumber(ARGV[argument + 5])
  local reached = crossed(sum, argument + 6, argument + 5 + thresholds)
  if reached > told then redis.call('HSET', own, 'told', reached) end
  all[#all + 1] = { textOf(sum), textOf(aside), told, reached }
  argument, key = argument + 6 + thresholds, key + count + 3
end
redis.call('SET', KEYS[1], cjson.encode(all), 'PX', ARGV[2])
return all
`;

// ARGV: for each account the number of its keys.
export const READ = `${LIBRARY}
local key, all, time = 1, {}, now()
for _, count in ipairs(ARGV) do
  local spent, reserved = read(key, key + count - 1, time)
  all[#all + 1] = { textOf(spent), textOf(reserved) }
  key = key + count
end
return all
`;

// KEYS: the sums of accounts. ARGV: for each the number of its thresholds, and these.
export const REARM = `${LIBRARY}
local argument = 1
for _, key in ipairs(KEYS) do
  local last = argument + tonumber(ARGV[argument])
  local reached = crossed(halves(redis.call('HGET', key, 'spent') or '0'), argument + 1, last)
  if reached < tonumber(redis.call('HGET', key, 'told') or '0') then redis.call('HSET', key, 'told', reached) end
  argument = last + 1
end
return false
`;

// KEYS: the sums of accounts. ARGV: id, life of the reservation, then what it holds in each account.
export const RENEW = `${LIBRARY}
local expiry = now() + tonumber(ARGV[2])
for index, key in ipairs(KEYS) do
  local reservations = reservationsOf(key)
  redis.call('ZADD', reservations, 'XX', expiry, ARGV[index + 2] .. ' ' .. ARGV[1])
  keep(reservations, expiry)
  keep(key, expiry)
end
return false
`;
