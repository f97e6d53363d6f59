/** Each is one step for Redis, and one round trip. */

// Amounts are added by HINCRBY, in whole 64-bit numbers; Lua compares them as doubles, exact to 2^53.
const LIBRARY = `
local function expire(sums, reservations, now)
  for _, member in ipairs(redis.call('ZRANGEBYSCORE', reservations, '-inf', now)) do
    redis.call('ZREM', reservations, member)
    redis.call('HINCRBY', sums, 'reserved', '-' .. string.match(member, '^(%d+) '))
  end
end
local function now()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end
local function read(keys, from, to, time)
  local spent, reserved = 0, 0
  for index = from, to do
    expire(keys[index], keys[index] .. ':reservations', time)
    spent = spent + tonumber(redis.call('HGET', keys[index], 'spent') or '0')
    reserved = reserved + tonumber(redis.call('HGET', keys[index], 'reserved') or '0')
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
  local count, amount, limit = tonumber(ARGV[argument]), tonumber(ARGV[argument + 1]), ARGV[argument + 2]
  if limit ~= '' then
    local spent, reserved = read(KEYS, key + 1, key + count, time)
    limit = tonumber(limit)
    if limit == 0 or spent + reserved + amount > limit then
      local share = limit == 0 and -math.huge or (limit - spent - reserved) / limit
      if refused == nil or share < least then
        refused = { (argument - 3) / 4, string.format('%.0f', spent), string.format('%.0f', reserved) }
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
    redis.call('HINCRBY', own, 'reserved', amount)
    redis.call('ZADD', own .. ':reservations', expiry, amount .. ' ' .. id)
    redis.call('PEXPIREAT', own .. ':reservations', ARGV[argument + 3])
    redis.call('PEXPIREAT', own, ARGV[argument + 3])
  end
  argument, key = argument + 4, key + count + 1
end
return false
`;

// ARGV: id, life of the id, then for each charge: number of periods, reserved, spent, until, scope, number of
// thresholds, thresholds. KEYS: that of the id, then of each charge its own, those of the periods that count, that of
// the budget's scopes, and that in which it was reserved.
export const SETTLE = `${LIBRARY}
local id, time = ARGV[1], now()
local isFirst = redis.call('SET', KEYS[1], '1', 'NX', 'PX', ARGV[2])
local argument, key, all = 3, 2, {}
while ARGV[argument] do
  local count, reserved, spent = tonumber(ARGV[argument]), ARGV[argument + 1], ARGV[argument + 2]
  local own = KEYS[key]
  local held = KEYS[key + count + 2]
  if reserved ~= '0' and redis.call('ZREM', held .. ':reservations', reserved .. ' ' .. id) == 1 then
    redis.call('HINCRBY', held, 'reserved', '-' .. reserved)
  end
  if isFirst then redis.call('HINCRBY', own, 'spent', spent) end
  redis.call('PEXPIREAT', own, ARGV[argument + 3])
  local sum, held = read(KEYS, key + 1, key + count, time)
  local scopes = KEYS[key + count + 1]
  redis.call('ZADD', scopes, sum, ARGV[argument + 4])
  redis.call('PEXPIREAT', scopes, ARGV[argument + 3])
  local told, crossed = tonumber(redis.call('HGET', own, 'told') or '0'), 0
  local thresholds = tonumber(ARGV[argument + 5])
  for index = 1, thresholds do
    if sum >= tonumber(ARGV[argument + 5 + index]) then crossed = index end
  end
  if crossed > told then redis.call('HSET', own, 'told', crossed) end
  all[#all + 1] = { string.format('%.0f', sum), string.format('%.0f', held), told, crossed }
  argument, key = argument + 6 + thresholds, key + count + 3
end
return all
`;

// ARGV: for each account the number of its keys.
export const READ = `${LIBRARY}
local key, all, time = 1, {}, now()
for _, count in ipairs(ARGV) do
  local spent, reserved = {}, {}
  for index = key, key + count - 1 do
    expire(KEYS[index], KEYS[index] .. ':reservations', time)
    spent[#spent + 1] = redis.call('HGET', KEYS[index], 'spent') or '0'
    reserved[#reserved + 1] = redis.call('HGET', KEYS[index], 'reserved') or '0'
  end
  all[#all + 1] = { spent, reserved }
  key = key + count
end
return all
`;

// KEYS: the sums of accounts. ARGV: how many thresholds are still crossed in each.
export const REARM = `
for index, key in ipairs(KEYS) do
  if tonumber(redis.call('HGET', key, 'told') or '0') > tonumber(ARGV[index]) then
    redis.call('HSET', key, 'told', ARGV[index])
  end
end
return false
`;

// KEYS: the sums of accounts. ARGV: id, life of the reservation, then what it holds in each account.
export const RENEW = `${LIBRARY}
local expiry = now() + tonumber(ARGV[2])
for index, key in ipairs(KEYS) do
  redis.call('ZADD', key .. ':reservations', 'XX', expiry, ARGV[index + 2] .. ' ' .. ARGV[1])
end
return false
`;
