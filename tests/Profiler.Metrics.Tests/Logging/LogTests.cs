using Profiler.Metrics.Logging;

namespace Profiler.Metrics.Tests.Logging;

public sealed class LogTests
{
    [Fact]
    public void Text_is_as_other_commands_have_it() => Assert.Equal("vfioscope: serving\n", Written(LogFormat.Text, log => log.Info("serving")));

    [Fact]
    public void Json_is_an_object_a_line() => Assert.Equal(
        """
        {"time":"2026-11-22T08:00:00.250Z","level":"warn","msg":"a \u0022quoted\u0022 one"}
        {"time":"2026-11-22T08:00:00.250Z","level":"error","msg":"another"}

        """,
        Written(LogFormat.Json, log =>
        {
            log.Warn("a \"quoted\" one");
            log.Error("another");
        }));

    /// <summary>The numbers of sd-daemon(3): err 3, warning 4, info 6, debug 7.</summary>
    [Fact]
    public void Journald_takes_the_number_in_front_for_the_priority() => Assert.Equal(
        "<7>d\n<6>i\n<4>w\n<3>e\n",
        Written(LogFormat.Journald, log =>
        {
            log.Debug("d");
            log.Info("i");
            log.Warn("w");
            log.Error("e");
        }));

    [Theory]
    [InlineData(LogLevel.Debug, "<7>d\n<6>i\n<4>w\n<3>e\n")]
    [InlineData(LogLevel.Info, "<6>i\n<4>w\n<3>e\n")]
    [InlineData(LogLevel.Warn, "<4>w\n<3>e\n")]
    [InlineData(LogLevel.Error, "<3>e\n")]
    public void What_is_below_the_level_is_not_written(LogLevel level, string lines) => Assert.Equal(
        lines,
        Written(LogFormat.Journald, log =>
        {
            log.Debug("d");
            log.Info("i");
            log.Warn("w");
            log.Error("e");
        }, level));

    /// <summary>What is quoted from a file or another server makes no second line.</summary>
    [Theory]
    [InlineData(LogFormat.Text)]
    [InlineData(LogFormat.Json)]
    [InlineData(LogFormat.Journald)]
    public void One_message_is_one_line(LogFormat format)
    {
        string text = Written(format, log => log.Warn("a\nb\u001b[31mc\r<3>d"));
        Assert.Equal(text.Length - 1, text.IndexOf('\n', StringComparison.Ordinal));
        Assert.DoesNotContain(text.TrimEnd('\n'), char.IsControl);
    }

    private static string Written(LogFormat format, Action<Log> write, LogLevel level = LogLevel.Debug)
    {
        using var text = new StringWriter { NewLine = "\n" };
        write(new Log(text, level, format, new At(new DateTimeOffset(2026, 11, 22, 8, 0, 0, 250, TimeSpan.Zero))));
        return text.ToString();
    }

    private sealed class At(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
