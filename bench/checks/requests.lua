-- Posts one body after another, each as if it came from somewhere else.
local requests, place = {}, 0
-- So often each body is asked from a network of its own: wrong codes from one place are limited.
local NETWORKS_EACH = 8

init = function(arguments)
  wrk.method = "POST"
  wrk.headers["Content-Type"] = "application/json"
  math.randomseed(tonumber(arguments[2]))
  for _ = 1, NETWORKS_EACH do
    for body in io.lines(arguments[1]) do
      wrk.headers["X-Forwarded-For"] = string.format(
        "10.%d.%d.%d", math.random(0, 255), math.random(0, 255), math.random(1, 254)
      )
      requests[#requests + 1] = wrk.format(nil, nil, nil, body)
    end
  end
end

request = function()
  place = place % #requests + 1
  return requests[place]
end
