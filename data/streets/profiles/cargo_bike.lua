-- A loaded cargo bike, 0.9 m wide: rides streets and cycleways, is pushed where only feet may
-- go, never takes steps. Speeds are km/h of a whole trip, stops at corners not counted.

api_version = 4

local reading = require("reading")

local WIDTH_M = 0.9
local PUSHED = 5
local SLOWEST = 3
local FASTEST = 18
local DISMOUNT_S = 5
local SIGNAL_S = 8

local RIDDEN = {
  cycleway = 16, primary = 16, primary_link = 16, secondary = 16, secondary_link = 16,
  tertiary = 16, tertiary_link = 16, unclassified = 16, residential = 16, road = 14,
  living_street = 12, service = 13, busway = 15, track = 11, path = 10,
}

-- Where feet rule: ridden, and slowly, only where a sign lets bicycles in.
local SHARED = { pedestrian = 8, footway = 10, bridleway = 8 }

-- Loud roads whose kerb is no place to push along, unless a pavement is mapped.
local LOUD = reading.set({ "primary", "primary_link", "secondary", "secondary_link" })

local SURFACES = {
  paving_stones = 15, concrete_plates = 13, ["concrete:plates"] = 13, ["concrete:lanes"] = 12,
  sett = 10, ["cobblestone:flattened"] = 10, cobblestone = 7, unhewn_cobblestone = 6,
  pebblestone = 7, compacted = 12, fine_gravel = 11, gravel = 8, unpaved = 9, grass_paver = 8,
  ground = 9, dirt = 8, earth = 8, grass = 6, mud = 3, sand = 3, wood = 10, metal = 10,
}
local SMOOTHNESS = { bad = 10, very_bad = 7, horrible = 4, very_horrible = 3 }
local TRACKS = { grade3 = 10, grade4 = 8, grade5 = 6 }

-- Whatever no bike gets through, and what an empty one might but a loaded one does not.
local WALLS = reading.set({
  "yes", "gate", "wall", "fence", "hedge", "city_wall", "retaining_wall", "guard_rail", "chain",
  "rope", "debris", "log", "jersey_barrier", "stile", "horse_stile", "kissing_gate", "hampshire_gate",
  "turnstile", "full-height_turnstile", "cycle_barrier", "motorcycle_barrier", "swing_gate",
  "sliding_gate", "bump_gate", "wicket_gate",
})

function setup()
  return {
    properties = {
      weight_name = "duration",
      use_turn_restrictions = true,
      continue_straight_at_waypoint = false,
      max_speed_for_map_matching = 40 / 3.6,
      u_turn_penalty = 10,
      traffic_signal_penalty = SIGNAL_S,
    },
    restrictions = { "bicycle" },
    default_mode = mode.cycling,
  }
end

-- Whether a gap that is tagged with its width lets the bike through.
local function is_too_narrow(element)
  for _, key in ipairs({ "maxwidth:physical", "maxwidth", "opening" }) do
    local metres = reading.metres(element:get_value_by_key(key))
    if metres and metres < WIDTH_M then
      return true
    end
  end
  return false
end

local function is_barrier(node)
  if node:get_value_by_key("highway") == "crossing" then
    return false
  end
  local barrier = node:get_value_by_key("barrier")
  local wheels = reading.first(node, { "cargo_bike", "bicycle", "vehicle", "access" })
  local foot = reading.first(node, { "foot", "access" })
  if node:get_value_by_key("locked") == "yes" or is_too_narrow(node) then
    return true
  end
  if wheels then
    return reading.is_refused(wheels) and not reading.is_granted(foot)
  end
  return barrier ~= nil and WALLS[barrier] == true and not reading.is_granted(foot)
end

function process_node(profile, node, result)
  if is_barrier(node) then
    result.barrier = true
  end
  if node:get_value_by_key("highway") == "traffic_signals" then
    result.traffic_lights = true
  end
end

-- A contraflow lane opens a one-way street to bikes.
local function has_contraflow(way)
  for _, key in ipairs({ "cycleway", "cycleway:both", "cycleway:left", "cycleway:right" }) do
    local value = way:get_value_by_key(key)
    local oneway = way:get_value_by_key(key .. ":oneway")
    if (value and value:find("^opposite")) or oneway == "-1" or oneway == "no" then
      return true
    end
  end
  return false
end

-- Km/h ridden on the flat and good asphalt, nil where riding is refused.
local function ridden(way, highway)
  local bicycle = way:get_value_by_key("bicycle")
  local access = reading.first(way, { "cargo_bike", "bicycle", "vehicle", "access" })
  if bicycle == "dismount" or reading.is_refused(access) then
    return nil
  end
  if SHARED[highway] then
    if not reading.is_granted(bicycle) then
      return nil
    end
    return bicycle == "designated" and 12 or SHARED[highway]
  end
  return RIDDEN[highway]
end

-- Whether a courier on foot may lead the bike along.
local function is_pushable(way, highway)
  if highway == "bridleway" or not (RIDDEN[highway] or SHARED[highway]) then
    return false
  end
  local foot = way:get_value_by_key("foot")
  if foot then
    return not reading.is_refused(foot)
  end
  if reading.is_refused(way:get_value_by_key("access")) then
    return way:get_value_by_key("bicycle") == "dismount"
  end
  local sidewalk = way:get_value_by_key("sidewalk")
  local has_pavement = sidewalk ~= nil and sidewalk ~= "no" and sidewalk ~= "none"
  return not LOUD[highway] or has_pavement
end

-- Legs and a small motor climb ten per cent at under half the speed; going down a loaded bike brakes.
local function on_slope(speed, slope, effort)
  if slope > 2 then
    return math.max(SLOWEST, speed / (1 + effort * slope))
  end
  if slope < -10 then
    return math.min(speed, 12)
  end
  if slope < -2 then
    return math.min(FASTEST, speed * 1.1)
  end
  return speed
end

local function ride(way, result, speed)
  for key, caps in pairs({ surface = SURFACES, smoothness = SMOOTHNESS, tracktype = TRACKS }) do
    speed = math.min(speed, caps[way:get_value_by_key(key)] or speed)
  end
  speed = math.min(speed, reading.speed_limit(way:get_value_by_key("maxspeed")) or speed)
  local forward, backward = reading.directions(way, { "oneway:bicycle", "oneway:vehicle", "oneway" })
  if has_contraflow(way) and not way:get_value_by_key("oneway:bicycle") then
    forward, backward = true, true
  end
  local slope = reading.slope(way)
  if forward then
    result.forward_mode = mode.cycling
    result.forward_speed = on_slope(speed, slope, 0.13)
  end
  if backward then
    result.backward_mode = mode.cycling
    result.backward_speed = on_slope(speed, -slope, 0.13)
  end
end

local function push(way, result)
  local slope = reading.slope(way)
  local speed = math.min(PUSHED, SMOOTHNESS[way:get_value_by_key("smoothness")] or PUSHED)
  result.forward_mode = mode.pushing_bike
  result.backward_mode = mode.pushing_bike
  result.forward_speed = math.min(PUSHED, on_slope(speed, slope, 0.06))
  result.backward_speed = math.min(PUSHED, on_slope(speed, -slope, 0.06))
end

function process_way(profile, way, result)
  local highway = way:get_value_by_key("highway")
  if not highway or way:get_value_by_key("motorroad") == "yes" or not reading.is_open(way) then
    return
  end
  result.forward_mode = mode.inaccessible
  result.backward_mode = mode.inaccessible
  if is_too_narrow(way) or way:get_value_by_key("smoothness") == "impassable" then
    return
  end
  local speed = ridden(way, highway)
  if speed then
    ride(way, result, speed)
  elseif is_pushable(way, highway) then
    push(way, result)
  else
    return
  end
  reading.describe(way, result)
end

function process_turn(profile, turn)
  turn.duration = reading.turn_seconds(turn, 6, 2)
  if turn.is_u_turn then
    turn.duration = turn.duration + profile.properties.u_turn_penalty
  end
  if turn.has_traffic_light then
    turn.duration = turn.duration + SIGNAL_S
  end
  if turn.source_mode == mode.cycling and turn.target_mode == mode.pushing_bike then
    turn.duration = turn.duration + DISMOUNT_S
  end
  turn.weight = turn.duration
end

return {
  setup = setup,
  process_node = process_node,
  process_way = process_way,
  process_turn = process_turn,
}
