#pragma warning disable RS0030 // the simulator's own command line: the one place here that speaks to people
return Quickwater.Sim.SimCommand.Run(args, Console.Out);
