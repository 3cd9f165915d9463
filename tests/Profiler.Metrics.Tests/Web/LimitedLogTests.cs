using Profiler.Metrics.Web;
using Profiler.Tests.Support;

namespace Profiler.Metrics.Tests.Web;

public sealed class LimitedLogTests
{
    [Fact]
    public void Some_at_once_then_few_with_the_number_of_those_left_out()
    {
        var clock = new ManualTime();
        var lines = new List<string>();
        var log = new LimitedLog(clock, lines.Add);
        for (int i = 1; i <= 1000; i++)
            log.Warn($"{i}");
        clock.Advance(TimeSpan.FromMinutes(1));
        log.Warn("later");
        log.Warn("too soon");
        Assert.Equal(["1", "2", "3", "4", "5", "later; before it 995 more, not logged"], lines);
    }
}
