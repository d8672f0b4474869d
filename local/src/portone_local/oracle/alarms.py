"""The alarms of the template, and which counted metrics set one off: what staff is really notified of."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from portone_local.template import cloudformation as template

type Moments = Mapping[float, float]
"""What was counted of one metric, by when; epoch seconds UTC."""

_RAISES = {"GreaterThanOrEqualToThreshold": 0, "GreaterThanThreshold": 1}


@dataclass(frozen=True, slots=True)
class Alarm:
    """An alarm on a sum of ours: it goes off where `period` seconds hold `threshold`, `times` in a row."""

    metric: str
    period: int
    threshold: float
    times: int

    def goes_off(self, moments: Moments, since: float, until: float) -> bool:
        """Whether what was counted in that time sets it off."""
        sums: dict[int, float] = defaultdict(float)
        for at, value in moments.items():
            if since <= at <= until:
                sums[int(at // self.period)] += value
        high = {period for period, total in sums.items() if total >= self.threshold}
        return any(high.issuperset(range(each, each + self.times)) for each in high)


@dataclass(frozen=True)
class Alarms:
    """The alarms of a transformed template that watch our own metrics, and what was counted by metric."""

    transformed: Mapping[str, Any] = field(default_factory=lambda: {"Resources": {}}, repr=False)
    counted: Mapping[str, Moments] = field(default_factory=dict)

    def told(self, metric: str, since: float, until: float) -> bool:
        """Whether an alarm went off for what was counted of `metric` in that time."""
        moments = self.counted.get(metric, {})
        return any(each.goes_off(moments, since, until) for each in self._by_metric.get(metric, ()))

    def times(self, metric: str, since: float) -> float:
        """How much was counted of `metric` from then on."""
        return sum(value for at, value in self.counted.get(metric, {}).items() if at >= since)

    def last(self, metric: str) -> float | None:
        """When `metric` was counted last, whatever was counted; None for never."""
        return max(self.counted.get(metric, {}), default=None)

    def moments(self, metric: str) -> list[float]:
        """When `metric` was counted, in order."""
        return sorted(self.counted.get(metric, {}))

    @cached_property
    def _by_metric(self) -> Mapping[str, tuple[Alarm, ...]]:
        found: dict[str, tuple[Alarm, ...]] = defaultdict(tuple)
        for each in alarms_in(self.transformed):
            found[each.metric] += (each,)
        return found


def alarms_in(transformed: Mapping[str, Any]) -> Iterator[Alarm]:
    """The alarms of a transformed template.

    Namespace and dimensions have to be those of the functions, or the alarm looks where nothing is.
    """
    places = [template.environment(transformed, name) for name in template.functions(transformed)]
    namespaces = [each["POWERTOOLS_METRICS_NAMESPACE"] for each in places]
    services = [{"Name": "service", "Value": each["POWERTOOLS_SERVICE_NAME"]} for each in places]
    for resource in transformed["Resources"].values():
        told = resource["Properties"]
        if resource["Type"] != "AWS::CloudWatch::Alarm":
            continue
        ours = all(told.get("Namespace") == each for each in namespaces)
        reaches = told.get("ActionsEnabled", True) and told["AlarmActions"]
        seen = ours and all(told["Dimensions"] == [each] for each in services)
        if reaches and seen and told["Statistic"] == "Sum" and told["ComparisonOperator"] in _RAISES:
            threshold = told["Threshold"] + _RAISES[told["ComparisonOperator"]]
            times = told.get("DatapointsToAlarm", told["EvaluationPeriods"])
            yield Alarm(told["MetricName"], told["Period"], threshold, times)
