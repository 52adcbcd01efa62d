-- Reading OpenStreetMap tags: access, one-ways, measures. Both profiles lean on it.

local guidance = require("lib/guidance")

local reading = {}

local REFUSED = {
  no = true, private = true, agricultural = true, forestry = true, military = true,
  emergency = true, psv = true, bus = true, residents = true, permit = true,
  use_sidepath = true,
}

-- Turn a list of words into a table that answers membership.
function reading.set(words)
  local members = {}
  for _, word in ipairs(words) do
    members[word] = true
  end
  return members
end

-- Return the first value found under `keys`, most specific key first.
function reading.first(element, keys)
  for _, key in ipairs(keys) do
    local value = element:get_value_by_key(key)
    if value and value ~= "" then
      return value
    end
  end
  return nil
end

-- "no;delivery" lets a delivery in: a list refuses only when all its members do.
function reading.is_refused(value)
  if not value then
    return false
  end
  for member in value:gmatch("[^;%s]+") do
    if not REFUSED[member] then
      return false
    end
  end
  return true
end

-- An explicit yes, as opposed to silence.
function reading.is_granted(value)
  return value ~= nil and value ~= "unknown" and not reading.is_refused(value)
end

-- The number a tag begins with: "2.5 m" and "2,5" are 2.5.
local function number(value)
  local digits = value and value:gsub(",", "."):match("^%s*(%-?%d+%.?%d*)")
  return digits and tonumber(digits)
end

-- Metres of a width or height; feet and inches (7'6") are converted.
function reading.metres(value)
  local amount = number(value)
  if not amount then
    return nil
  end
  local inches = value:match("'%s*(%d+)")
  if value:find("'") or value:find("ft") then
    return amount * 0.3048 + (inches and tonumber(inches) or 0) * 0.0254
  end
  if value:find("cm") then
    return amount / 100
  end
  return amount
end

-- Tonnes of a weight limit; a bare number is tonnes, as the sign says.
function reading.tonnes(value)
  local amount = number(value)
  if not amount then
    return nil
  end
  if value:find("lbs") then
    return amount * 0.00045359
  end
  if value:find("kg") then
    return amount / 1000
  end
  return amount
end

-- Speed limits written as words. A country's zone ("FR:zone30") keeps its number.
local SPEED_WORDS = { walk = 6, living_street = 15, urban = 50, rural = 80, trunk = 100, motorway = 120 }

-- Kilometres an hour of a speed limit, nil where there is none.
function reading.speed_limit(value)
  local amount = number(value)
  if amount and value:find("mph") then
    return amount * 1.609
  end
  if amount then
    return amount
  end
  local word = value and value:match("([%w_]+)$")
  local zone = word and word:match("^zone_?(%d+)$") or value and value:match("zone:(%d+)$")
  return zone and tonumber(zone) or SPEED_WORDS[word]
end

-- A lane signed "up" without a figure is steep enough to be signed.
local SIGNED_SLOPE = 8

-- Per cent gained along the way's own direction; 0 where the tag says nothing usable.
function reading.slope(way)
  local value = way:get_value_by_key("incline")
  if not value then
    return 0
  end
  if value == "up" then
    return SIGNED_SLOPE
  end
  if value == "down" then
    return -SIGNED_SLOPE
  end
  local amount = number(value) or 0
  if value:find("°") then
    amount = 100 * math.tan(math.rad(amount))
  end
  return math.max(-40, math.min(40, amount))
end

-- Whether traffic may go along and against the way: two booleans.
function reading.directions(way, keys)
  local value = reading.first(way, keys)
  if value == "-1" or value == "reverse" then
    return false, true
  end
  if value == "yes" or value == "1" or value == "true" then
    return true, false
  end
  if value == "reversible" then
    return false, false
  end
  local junction = way:get_value_by_key("junction")
  local highway = way:get_value_by_key("highway")
  if value ~= "no" and (junction == "roundabout" or junction == "circular" or highway == "motorway") then
    return true, false
  end
  return true, true
end

-- Works and plans are no streets yet.
function reading.is_open(way)
  local construction = way:get_value_by_key("construction")
  return way:get_value_by_key("impassable") ~= "yes"
    and (not construction or construction == "no" or construction == "minor")
end

-- Pass on what a courier is told: the street's name, roundabouts, how much a road matters.
function reading.describe(way, result)
  local name = way:get_value_by_key("name")
  local ref = way:get_value_by_key("ref")
  if name then
    result.name = name
  end
  if ref then
    result.ref = ref
  end
  local junction = way:get_value_by_key("junction")
  result.roundabout = junction == "roundabout"
  result.circular = junction == "circular"
  guidance.set_classification(way:get_value_by_key("highway"), result, way)
end

-- Seconds lost by bending: nothing straight on, half at a right angle, all of it turning back.
-- A turn across oncoming traffic waits `crossing` seconds more at a real junction.
function reading.turn_seconds(turn, bend, crossing)
  local seconds = bend * (1 - math.cos(math.rad(turn.angle))) / 2
  local is_across = turn.angle < -30
  if turn.is_left_hand_driving then
    is_across = turn.angle > 30
  end
  if is_across and turn.number_of_roads > 2 and not turn.is_u_turn then
    seconds = seconds + crossing
  end
  return seconds
end

return reading
