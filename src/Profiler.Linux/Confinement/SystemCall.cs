namespace Profiler.Linux.Confinement;

/// <summary>What a filter does with a system call.</summary>
public enum Verdict
{
    /// <summary>It is made if its arguments pass, else it fails with EPERM.</summary>
    Allow,

    /// <summary>It fails with ENOSYS, as on an older kernel: the C library then takes another one, whose arguments can be seen.</summary>
    Unknown,

    /// <summary>It ends the process by SIGSYS: no code of ours makes it.</summary>
    Kill,
}

/// <summary>What an argument of a system call must be: after a mask, one of some values.</summary>
/// <param name="Index">Which argument, 0 to 5.</param>
/// <param name="Mask">The bits that are looked at, of the lower 32.</param>
/// <param name="Values">What they may be.</param>
public sealed record ArgumentTest(int Index, uint Mask, params uint[] Values)
{
    /// <summary>The upper 32 bits must be 0. Else they are not looked at: the kernel does not, where an argument is an int.</summary>
    public bool Wide { get; init; }
}

/// <summary>A row of a table of system calls.</summary>
/// <param name="Name">As in the manual.</param>
/// <param name="Number">On x86-64.</param>
/// <param name="Verdict">What happens to it.</param>
/// <param name="Tests">All must pass.</param>
public sealed record SystemCall(string Name, uint Number, Verdict Verdict, params ArgumentTest[] Tests);
