namespace Profiler.Linux.Tests;

public sealed class ProcessLimitsTests
{
    private const string Limits = """
        Limit                     Soft Limit           Hard Limit           Units
        Max processes             94563                94563                processes
        Max locked memory         {0}              8388608              bytes
        Max address space         unlimited            unlimited            bytes
        """;

    [Theory]
    [InlineData("65536", 65536L)]
    [InlineData("0", 0L)]
    [InlineData("unlimited", null)]
    public void The_soft_limit_counts(string soft, long? bytes) =>
        Assert.Equal(bytes, ProcessLimits.Soft("Max locked memory", Limits.Replace("{0}", soft, StringComparison.Ordinal).Split('\n')));

    [Fact]
    public void No_such_line_is_no_limit() => Assert.Null(ProcessLimits.Soft("Max locked memory", []));
}
