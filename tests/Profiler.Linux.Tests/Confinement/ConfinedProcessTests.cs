using Profiler.Linux.Confinement;

namespace Profiler.Linux.Tests.Confinement;

/// <summary>Starting a program without capabilities.</summary>
public sealed class ConfinedProcessTests : IDisposable
{
    private readonly string _program = Path.GetTempFileName();
    private readonly string _link = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());

    public ConfinedProcessTests() => File.CreateSymbolicLink(_link, _program);

    public void Dispose()
    {
        File.Delete(_link);
        File.Delete(_program);
    }

    /// <summary>As the file of a developer, which root executes by its capabilities only.</summary>
    [Fact]
    public void Of_a_file_that_may_not_be_executed_the_error_has_the_remedy()
    {
        var error = Assert.Throws<InvalidOperationException>(() => ConfinedProcess.Start(_link, ["program"], [], []));
        Assert.Equal($"without capabilities {_program} may not be executed: chmod a+rx {_program}", error.Message);
    }
}
