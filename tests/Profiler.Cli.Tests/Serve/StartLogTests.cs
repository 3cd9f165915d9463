using System.Diagnostics;
using Profiler.Bpf;
using Profiler.Cli.Commands;
using Profiler.Metrics.Logging;

namespace Profiler.Cli.Tests.Serve;

/// <summary>serve --log.level debug says where the time of its start goes.</summary>
public sealed class StartLogTests
{
    [Fact]
    public void Each_step_is_a_line_with_its_begin_and_duration_below_the_one_it_belongs_to()
    {
        var output = new StringWriter();
        using (StartLog.To(new Log(output, LogLevel.Debug, LogFormat.Text, TimeProvider.System)))
        {
            using Activity? outer = StartSteps.Begin("outer");
            using Activity? inner = StartSteps.Begin("inner");
        }
        Assert.Null(StartSteps.Begin("afterwards"));
        Assert.Matches(
            """
            ^vfioscope: start:      0 ms \+ *\d+ ms  runtime and command line
            vfioscope: start: *\d+ ms \+ *\d+ ms    inner
            vfioscope: start: *\d+ ms \+ *\d+ ms  outer
            $
            """, output.ToString());
    }

    [Fact]
    public void Nothing_is_measured_for_a_log_without_debug_lines() =>
        Assert.Null(StartLog.To(new Log(TextWriter.Null, LogLevel.Info, LogFormat.Text, TimeProvider.System)));
}
