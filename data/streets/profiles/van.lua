-- A 3.5 t delivery van, 2.2 m wide with its mirrors and 2.8 m high. Access granted to deliveries
-- counts as granted. Speeds are km/h really driven in a town, not what the signs allow.

api_version = 4

local reading = require("reading")

local WIDTH_M = 2.2
local HEIGHT_M = 2.8
local LENGTH_M = 6
local WEIGHT_T = 3.5
local SIGNAL_S = 10

local ACCESS = { "goods", "motor_vehicle", "vehicle", "access" }

local DRIVEN = {
  motorway = 95, motorway_link = 45, trunk = 70, trunk_link = 40, primary = 36, primary_link = 28,
  secondary = 34, secondary_link = 26, tertiary = 30, tertiary_link = 24, unclassified = 26,
  residential = 22, road = 20, living_street = 10, service = 12, track = 8,
}

-- Given over to feet: open to the van, at a walk, only where a sign lets deliveries in.
local PEDESTRIAN = { pedestrian = 7 }

local SERVICES = { parking_aisle = 8, driveway = 8, alley = 10, ["drive-through"] = 6 }

-- Out of town the sign says more about the speed than the kind of road does.
local OPEN_ROADS = reading.set({ "trunk", "primary", "secondary", "tertiary", "unclassified" })

local SURFACES = {
  sett = 20, ["cobblestone:flattened"] = 20, cobblestone = 15, unhewn_cobblestone = 12,
  pebblestone = 15, compacted = 25, fine_gravel = 20, gravel = 15, unpaved = 18, grass_paver = 12,
  ground = 10, dirt = 10, earth = 10, grass = 6, mud = 4, sand = 4,
}
local SMOOTHNESS = { bad = 20, very_bad = 10, horrible = 5 }
local TRACKS = { grade1 = 15, grade2 = 12, grade3 = 9, grade4 = 6, grade5 = 5 }
local UNDRIVABLE = reading.set({ "very_horrible", "impassable" })

local OPENINGS = reading.set({
  "no", "entrance", "cattle_grid", "toll_booth", "border_control", "sally_port", "lift_gate",
  "height_restrictor", "kerb", "sump_buster",
})

function setup()
  return {
    properties = {
      weight_name = "duration",
      use_turn_restrictions = true,
      continue_straight_at_waypoint = false,
      max_speed_for_map_matching = 130 / 3.6,
      u_turn_penalty = 25,
      traffic_signal_penalty = SIGNAL_S,
    },
    restrictions = { "goods", "motor_vehicle", "vehicle" },
    default_mode = mode.driving,
  }
end

local LIMITS = {
  { WIDTH_M, reading.metres, { "maxwidth:physical", "maxwidth" } },
  { HEIGHT_M, reading.metres, { "maxheight:physical", "maxheight" } },
  { LENGTH_M, reading.metres, { "maxlength" } },
  { WEIGHT_T, reading.tonnes, { "maxweight", "maxweightrating" } },
}

-- Whether a signed limit is under the van's own measure.
local function is_too_small(element)
  for _, limit in ipairs(LIMITS) do
    local own, measure, keys = limit[1], limit[2], limit[3]
    for _, key in ipairs(keys) do
      local value = measure(element:get_value_by_key(key))
      if value and value < own then
        return true
      end
    end
  end
  return false
end

local function is_barrier(node)
  if node:get_value_by_key("highway") == "crossing" then
    return false
  end
  local access = reading.first(node, ACCESS)
  if node:get_value_by_key("locked") == "yes" or is_too_small(node) then
    return true
  end
  if access then
    return reading.is_refused(access)
  end
  local barrier = node:get_value_by_key("barrier")
  return barrier ~= nil and not OPENINGS[barrier]
end

function process_node(profile, node, result)
  if is_barrier(node) then
    result.barrier = true
  end
  if node:get_value_by_key("highway") == "traffic_signals" then
    result.traffic_lights = true
  end
end

-- Km/h for this kind of way, nil where the van may not go.
local function driven(way, highway)
  local access = reading.first(way, ACCESS)
  if reading.is_refused(access) or way:get_value_by_key("service") == "emergency_access" then
    return nil
  end
  if PEDESTRIAN[highway] then
    local wheels = reading.first(way, { "goods", "motor_vehicle", "vehicle" })
    local is_square = way:get_value_by_key("area") == "yes"
    return not is_square and reading.is_granted(wheels) and PEDESTRIAN[highway] or nil
  end
  if highway == "service" then
    return SERVICES[way:get_value_by_key("service")] or DRIVEN.service
  end
  if highway == "track" then
    return TRACKS[way:get_value_by_key("tracktype")] or DRIVEN.track
  end
  return DRIVEN[highway]
end

-- No town van averages the speed on the sign: 85 % of it is the most.
local function under_limit(way, highway, speed, key)
  local limit = reading.speed_limit(reading.first(way, { key, "maxspeed" }))
  if not limit then
    return speed
  end
  if limit > 50 and OPEN_ROADS[highway] then
    speed = math.max(speed, 0.8 * limit)
  end
  return math.min(speed, 0.85 * limit)
end

local function on_surface(way, speed)
  speed = math.min(speed, SURFACES[way:get_value_by_key("surface")] or speed)
  return math.min(speed, SMOOTHNESS[way:get_value_by_key("smoothness")] or speed)
end

function process_way(profile, way, result)
  local highway = way:get_value_by_key("highway")
  if not highway or not reading.is_open(way) then
    return
  end
  result.forward_mode = mode.inaccessible
  result.backward_mode = mode.inaccessible
  local speed = driven(way, highway)
  if not speed or is_too_small(way) or UNDRIVABLE[way:get_value_by_key("smoothness")] then
    return
  end
  local oneways = { "oneway:goods", "oneway:motor_vehicle", "oneway:vehicle", "oneway" }
  local forward, backward = reading.directions(way, oneways)
  if forward and not reading.is_refused(way:get_value_by_key("motor_vehicle:forward")) then
    result.forward_mode = mode.driving
    result.forward_speed = on_surface(way, under_limit(way, highway, speed, "maxspeed:forward"))
  end
  if backward and not reading.is_refused(way:get_value_by_key("motor_vehicle:backward")) then
    result.backward_mode = mode.driving
    result.backward_speed = on_surface(way, under_limit(way, highway, speed, "maxspeed:backward"))
  end
  reading.describe(way, result)
end

function process_turn(profile, turn)
  turn.duration = reading.turn_seconds(turn, 10, 4)
  if turn.is_u_turn then
    turn.duration = turn.duration + profile.properties.u_turn_penalty
  end
  if turn.has_traffic_light then
    turn.duration = turn.duration + SIGNAL_S
  end
  turn.weight = turn.duration
end

return {
  setup = setup,
  process_node = process_node,
  process_way = process_way,
  process_turn = process_turn,
}
